/** What wasm-bindgen makes of client-wasm; the build puts its own in place of it. */
import type { Frame } from "./port.ts";

/** What the core asks of the facade of a channel: client-wasm/src/host.rs says what each means. */
export interface Host {
  connect(): void;
  listen(socket: WebSocket): void;
  unlisten(): void;
  wait(milliseconds: number, hopeful: boolean): void;
  cancelWait(): void;
  gatherFacts(): void;
  flush(): boolean;
  retainUnsent(all: boolean): void;
  clearId(): void;
  opened(): void;
  synced(): void;
  broadcast(): void;
  direct(): void;
  complain(): void;
  error(failure: number, fatal: boolean): void;
  reconnecting(attempt: number, delay: number): void;
  setEnd(code: number, clean: boolean): void;
  closed(): void;
  arrive(serial: number): number;
  greet(): void;
  depart(): void;
  departAll(): void;
  closing(all: boolean): void;
  leaveSoon(serial: number, code: number, reason: string): void;
}

export class Core {
  constructor(host: Host, channel: string, maxDelay: number | undefined, maxQueued: number | undefined);
  send(serial: number, state: number, frame: Frame, overhead: number): number;
  /** Only with streams. */
  transmit(serial: number, frame: Frame, overhead: number): void;
  checkRoom(queued: number, bytes: number): void;
  close(serial: number, state: number, code: number | undefined, reason: string | undefined): void;
  readyState(serial: number, state: number): number;
  bufferedAmount(serial: number): number;
  connect(url: string, protocols: string[]): void;
  onEndpointFailure(): void;
  onOpen(): void;
  onFrame(action: number, peer: number): void;
  onError(): void;
  onClose(code: number): void;
  onFacts(facts: number): void;
  onAwake(): void;
  onLeft(serial: number, state: number): void;
}

/** Only with streams. */
export function closeCode(code: number | undefined, reason: string | undefined): number;

/** Only with streams: client-wasm/src/streams.rs says what each means. */
export class Streams {
  dial(peer: number): number;
  dialled(peer: number, number: number, credit: number): number;
  accept(handle: number): boolean;
  accepted(handle: number, credit: number): boolean;
  close(handle: number): boolean;
  end(handle: number): void;
  forgetPeer(peer: number): void;
  find(peer: number, number: number): number;
  number(handle: number): number;
  state(handle: number): number;
  firstCredit(handle: number): number;
  room(handle: number): number;
  sent(handle: number, bytes: number): void;
  credited(handle: number, credit: number): boolean;
  received(handle: number, bytes: number, hasMore: boolean, isText: boolean): number;
  due(handle: number): number;
  taken(handle: number, cost: number): number;
  free(): void;
}

export function judge(facts: number): number;

export function initSync(from: { module: BufferSource | WebAssembly.Module }): unknown;

type Source = string | URL | Request | Response | BufferSource | WebAssembly.Module;
export default function init(from: { module_or_path: Source | Promise<Source> }): Promise<unknown>;
