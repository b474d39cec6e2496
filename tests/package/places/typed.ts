/** A page's use of the package, for the compiler alone. */

import { LocalWebSocket, NetworkWebSocket, type PeerWebSocket } from "networkwebsockets";

const socket: NetworkWebSocket = new NetworkWebSocket("typed", { endpoint: "ws://localhost:9009", reconnect: true });
const peers: readonly PeerWebSocket[] = new LocalWebSocket("typed").peers;

socket.onconnect = ({ detail }) => detail.target.send(new Uint8Array(peers.length));
socket.addEventListener("message", ({ data, senderId, peer }) => peer?.send(`${senderId}: ${data}`));
