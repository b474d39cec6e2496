/** What wasm-bindgen makes of client-wasm; the build puts its own in place of it. */
import type { ChannelPort } from "./channel-port.ts";
import type { Frame } from "./port.ts";

export class Core {
  constructor(
    host: ChannelPort,
    local: boolean,
    channel: string,
    maxDelay: number | undefined,
    maxQueued: number | undefined,
  );
  send(serial: number, state: number, frame: Frame, overhead: number): number;
  enqueue(queued: number, bytes: number): void;
  close(serial: number, state: number, code: number | undefined, reason: string | undefined): void;
  readyState(serial: number, state: number): number;
  bufferedAmount(serial: number): number;
  connect(endpoint: string, protocols: string[]): void;
  lost(): void;
  opened(): void;
  received(action: number, peer: number): void;
  broke(): void;
  closed(code: number): void;
  explained(facts: number): void;
  awake(): void;
  left(serial: number, state: number): void;
}

export function judge(facts: number): number;

export function initSync(from: { module: BufferSource | WebAssembly.Module }): unknown;

type Source = string | URL | Request | Response | BufferSource | WebAssembly.Module;
export default function init(from: { module_or_path: Source | Promise<Source> }): Promise<unknown>;
