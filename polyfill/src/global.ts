import { LocalWebSocket, NetworkWebSocket, PeerWebSocket } from "./inline.ts";

for (const value of [LocalWebSocket, NetworkWebSocket, PeerWebSocket]) {
  Object.defineProperty(globalThis, value.name, { value, writable: true, configurable: true });
}
