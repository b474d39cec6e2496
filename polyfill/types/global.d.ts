import type * as sockets from "./networkwebsockets.js";

declare global {
  var NetworkWebSocket: typeof sockets.NetworkWebSocket;
  type NetworkWebSocket = sockets.NetworkWebSocket;
  var LocalWebSocket: typeof sockets.LocalWebSocket;
  type LocalWebSocket = sockets.LocalWebSocket;
  var PeerWebSocket: typeof sockets.PeerWebSocket;
  type PeerWebSocket = sockets.PeerWebSocket;
}
