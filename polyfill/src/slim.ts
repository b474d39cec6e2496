import load, { type InitInput } from "nws-core";

import { provide } from "./core.ts";

provide(() => {
  throw new DOMException("networkwebsockets/slim: await init(...) before the first socket", "InvalidStateError");
});

/** Loads the WebAssembly from where the page has it: a URL, a response, bytes or a module. */
export default async function init(source: InitInput | Promise<InitInput>): Promise<void> {
  await load({ module_or_path: source });
  provide(() => {});
}

export { LocalWebSocket, NetworkWebSocket } from "./network-web-socket.ts";
export { PeerWebSocket } from "./peer-web-socket.ts";
