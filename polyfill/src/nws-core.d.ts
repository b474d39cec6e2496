/** What wasm-bindgen makes of client-wasm; the build puts its own in place of it. */
import type { Port } from "./port.ts";

export class Core {
  constructor(
    port: Port,
    local: boolean,
    channel: string,
    protocols: string[],
    maxDelay: number | undefined,
    maxQueued: number | undefined,
  );
  send(port: Port, data: string | Uint8Array | Blob): void;
  close(port: Port, code: number | undefined, reason: string | undefined): void;
  readyState(port: Port): number;
  bufferedAmount(port: Port): number;
  peers(): Port[];
  connect(endpoint: string): void;
  lost(message: string): void;
  opened(): void;
  received(frame: string | ArrayBuffer): void;
  broke(): void;
  closed(code: number, reason: string, clean: boolean): void;
  awake(): void;
  leave(port: Port, code: number, reason: string): void;
}

export function initSync(from: { module: BufferSource | WebAssembly.Module }): unknown;

type Source = string | URL | Request | Response | BufferSource | WebAssembly.Module;
export default function init(from: { module_or_path: Source | Promise<Source> }): Promise<unknown>;
