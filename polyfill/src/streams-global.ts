import { DialedWebSocket, LocalWebSocket, NetworkWebSocket, PeerWebSocket } from "./streams.ts";

for (const value of [DialedWebSocket, LocalWebSocket, NetworkWebSocket, PeerWebSocket]) {
  Object.defineProperty(globalThis, value.name, { value, writable: true, configurable: true });
}
