import { initSync } from "nws-core";
import base64 from "nws-core.wasm";

import { provide } from "./wasm.ts";

provide(() => {
  initSync({ module: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) });
});

export { LocalWebSocket, NetworkWebSocket } from "./network-web-socket.ts";
export { PeerWebSocket } from "./peer-web-socket.ts";
