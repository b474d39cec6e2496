import { LocalWebSocket, NetworkWebSocket } from "./inline.ts";

Object.assign(globalThis, { LocalWebSocket, NetworkWebSocket });
