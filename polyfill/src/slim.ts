import load from "nws-core";

import { provide } from "./wasm.ts";

provide(() => {
  throw new DOMException("networkwebsockets/slim: await init(...) before the first socket", "InvalidStateError");
});

/** Loads the WebAssembly from where the page has it: a URL, a response, bytes or a module. */
export default async function init(source: Parameters<typeof load>[0]["module_or_path"]): Promise<void> {
  await load({ module_or_path: source });
  provide(() => {});
}

export { LocalWebSocket, NetworkWebSocket } from "./network-web-socket.ts";
export { PeerWebSocket } from "./peer-web-socket.ts";
