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

export function judge(facts: number): number;

export function initSync(from: { module: BufferSource | WebAssembly.Module }): unknown;

type Source = string | URL | Request | Response | BufferSource | WebAssembly.Module;
export default function init(from: { module_or_path: Source | Promise<Source> }): Promise<unknown>;
