import { initSync } from "nws-core";
import core from "nws-core.txt";

import { decode } from "./printable.ts";
import { provide } from "./core.ts";

provide(() => {
  initSync({ module: decode(core) });
});

export { LocalWebSocket, NetworkWebSocket } from "./network-web-socket.ts";
export { PeerWebSocket } from "./peer-web-socket.ts";
