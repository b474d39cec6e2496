/** The classes, as they are constructed, used and extended. */
import { expectTypeOf } from "expect-type";
import { LocalWebSocket, NetworkWebSocket, PeerWebSocket } from "networkwebsockets";
import type { NetworkWebSocketOptions, ProbeResult } from "networkwebsockets";

const ws = new NetworkWebSocket("channel");
new NetworkWebSocket("channel", "chat");
new NetworkWebSocket("channel", ["chat", "superchat"]);
const dialects: readonly string[] = ["chat"];
new NetworkWebSocket("channel", dialects);
new NetworkWebSocket("channel", { endpoint: new URL("ws://localhost:9010") });
new NetworkWebSocket("channel", { endpoint: async () => "ws://localhost:9010", reconnect: true });
new LocalWebSocket("channel", {
  protocols: dialects,
  reconnect: { send: "queue", maxQueued: 1, maxDelay: 100 },
});
// @ts-expect-error a channel must be named
new NetworkWebSocket();
// @ts-expect-error names are strings
new NetworkWebSocket(1);
// @ts-expect-error protocols are strings
new NetworkWebSocket("channel", 1);
// @ts-expect-error all of them
new NetworkWebSocket("channel", [1]);
// @ts-expect-error there is no such option
new NetworkWebSocket("channel", { port: 9010 });
// @ts-expect-error nor this one
new NetworkWebSocket("channel", { reconnect: { delay: 1 } });
// @ts-expect-error a message is thrown or queued
new NetworkWebSocket("channel", { reconnect: { send: "drop" } });
// @ts-expect-error a function says where the proxy is, no number
new NetworkWebSocket("channel", { endpoint: () => 9010 });
// @ts-expect-error constructors are called with `new`
NetworkWebSocket("channel");

const options: NetworkWebSocketOptions = {};
new NetworkWebSocket("channel", options);

expectTypeOf(ws.readyState).toEqualTypeOf<0 | 1 | 2 | 3>();
expectTypeOf(ws.bufferedAmount).toEqualTypeOf<number>();
expectTypeOf(ws.peers).toEqualTypeOf<readonly PeerWebSocket[]>();
expectTypeOf(ws.toJSON()).toEqualTypeOf<object>();
for (const text of [ws.id, ws.channel, ws.url, ws.extensions, ws.protocol, ws.peers[0]!.id]) {
  expectTypeOf(text).toEqualTypeOf<string>();
}
for (const states of [NetworkWebSocket, LocalWebSocket, PeerWebSocket, ws, ws.peers[0]!]) {
  expectTypeOf(states).toMatchTypeOf<{ CONNECTING: 0; OPEN: 1; CLOSING: 2; CLOSED: 3 }>();
}
ws.binaryType = "arraybuffer";
// @ts-expect-error there are no such objects in browsers
ws.binaryType = "nodebuffer";
// @ts-expect-error the state is read only
ws.readyState = 1;
// @ts-expect-error and so is the id
ws.id = "me";
// @ts-expect-error and so are constants
NetworkWebSocket.OPEN = 2;

const bytes: Uint8Array = new Uint8Array(1);
for (const socket of [ws, new LocalWebSocket("channel"), ws.peers[0]!]) {
  socket.send("text");
  socket.send(bytes);
  socket.send(new DataView(new ArrayBuffer(1)));
  socket.send(new ArrayBuffer(1));
  socket.send(new Blob([]));
  socket.close();
  socket.close(1000, "done");
  // @ts-expect-error an object would be sent as [object Object]
  socket.send({});
  // @ts-expect-error something is sent
  socket.send();
  // @ts-expect-error the code comes first
  socket.close("done");
}
// @ts-expect-error peers do not come and go among peers
ws.peers[0]!.onconnect = null;
// @ts-expect-error a peer's socket is on no list of its own
ws.peers[0]!.peers;

function name(socket: NetworkWebSocket | PeerWebSocket): string {
  return socket instanceof PeerWebSocket ? socket.id : socket.channel;
}
name(new LocalWebSocket("channel"));
expectTypeOf<LocalWebSocket>().toExtend<NetworkWebSocket>();
expectTypeOf<NetworkWebSocket>().toExtend<EventTarget>();
expectTypeOf<PeerWebSocket>().toExtend<EventTarget>();
expectTypeOf<NetworkWebSocket>().not.toExtend<PeerWebSocket>();
expectTypeOf<PeerWebSocket>().not.toExtend<NetworkWebSocket>();
// @ts-expect-error only a channel's socket makes them
new PeerWebSocket();
// @ts-expect-error and so there are no kinds of them
class Peer extends PeerWebSocket {}

class Chat extends NetworkWebSocket {
  lines: string[] = [];

  constructor(room: string) {
    super(`chat-${room}`, { reconnect: true });
    this.onmessage = ({ data }) => this.lines.push(data);
    this.addEventListener("open", function () {
      expectTypeOf(this.lines).toEqualTypeOf<string[]>();
    });
  }

  override send(text: string): void {
    super.send(text);
  }
}
const chat: NetworkWebSocket = new Chat("room");
expectTypeOf(Chat.OPEN).toEqualTypeOf<1>();
name(chat);
class Shadowing extends NetworkWebSocket {
  // @ts-expect-error a field hides the attribute, and would never be called
  override onopen = () => {};
}

expectTypeOf(NetworkWebSocket.probe()).toEqualTypeOf<Promise<ProbeResult>>();
expectTypeOf(Chat.requestPermission).returns.resolves.toEqualTypeOf<"granted" | "denied" | "prompt">();
expectTypeOf(LocalWebSocket.randomName()).toEqualTypeOf<string>();
LocalWebSocket.probe({ endpoint: "ws://localhost:9010" });
// @ts-expect-error nothing is opened that could be opened again
NetworkWebSocket.probe({ reconnect: true });
// @ts-expect-error peers cannot be asked for
PeerWebSocket.probe();
