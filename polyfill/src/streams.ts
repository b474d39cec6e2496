import { install } from "./streams/install.ts";

install();

export { LocalWebSocket, NetworkWebSocket, PeerWebSocket } from "./inline.ts";
export { DialedWebSocket } from "./streams/dialed-web-socket.ts";
