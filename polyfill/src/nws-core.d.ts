/** What wasm-bindgen makes of client-wasm; the build puts its own in place of it. */
import type { Port } from "./port.ts";

export class Core {
  constructor(port: Port, local: boolean, channel: string, endpoint: string, protocols: string[]);
  readonly socket: WebSocket;
  send(port: Port, data: string | Uint8Array | Blob): void;
  close(port: Port, code: number | undefined, reason: string | undefined): void;
  readyState(port: Port): number;
  bufferedAmount(port: Port): number;
  peers(): Port[];
}

export function initSync(from: { module: BufferSource | WebAssembly.Module }): unknown;

type Source = string | URL | Request | Response | BufferSource | WebAssembly.Module;
export default function init(from: { module_or_path: Source | Promise<Source> }): Promise<unknown>;
