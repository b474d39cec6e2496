/** Streams: what they add to the classes. */
import { expectTypeOf } from "expect-type";
import { DialedWebSocket, NetworkWebSocket } from "networkwebsockets/streams";
import type { DialEvent, NetworkMessageEvent, PeerWebSocket } from "networkwebsockets/streams";

const ws = new NetworkWebSocket("channel");
ws.ondial = (event) => {
  expectTypeOf(event).toEqualTypeOf<DialEvent>();
  expectTypeOf(event.peer).toEqualTypeOf<PeerWebSocket>();
  expectTypeOf(event.protocols).toEqualTypeOf<readonly string[]>();
  expectTypeOf(event.accept("chat")).toEqualTypeOf<DialedWebSocket>();
  event.reject(4000, "busy");
  event.respondWith(Promise.resolve());
  // @ts-expect-error a promise is needed
  event.respondWith();
};
ws.addEventListener("dial", (event) => event.accept());

const [peer] = ws.peers;
const socket = peer!.dial(["chat", "superchat"]);
expectTypeOf(socket).toEqualTypeOf<DialedWebSocket>();
expectTypeOf(socket.peer).toEqualTypeOf<PeerWebSocket>();
expectTypeOf(socket.readyState).toEqualTypeOf<0 | 1 | 2 | 3>();
socket.onmessage = ({ data, senderId }) => socket.send(`${senderId}: ${data}`);
socket.onerror = ({ reason }) => {
  // @ts-expect-error no stream fails so
  reason === "insecure-context";
};
socket.addEventListener("close", ({ code }) => expectTypeOf(code).toBeNumber());
// @ts-expect-error numbers are not sent
socket.send(5);
// @ts-expect-error pages do not construct one
new DialedWebSocket();

for (const one of [ws, peer!, socket]) {
  for await (const event of one.messages({ highWaterMark: 4 })) {
    expectTypeOf(event).toEqualTypeOf<NetworkMessageEvent>();
  }
}
