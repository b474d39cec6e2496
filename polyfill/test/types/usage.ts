/** Checks the declarations by using them: what must compile compiles, what must not is marked. */
import "../../types/global.js";
import { LocalWebSocket, NetworkWebSocket, PeerWebSocket } from "../../types/networkwebsockets.js";
import init, { NetworkWebSocket as Slim } from "../../types/slim.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expect<_T extends true>(): void {}

const ws = new NetworkWebSocket("channel");
new NetworkWebSocket("channel", "chat");
new NetworkWebSocket("channel", ["chat", "superchat"]);
new LocalWebSocket("channel", { endpoint: "ws://localhost:9010", protocols: ["chat"] });
// @ts-expect-error a channel must be named
new NetworkWebSocket();
// @ts-expect-error there is no such option
new NetworkWebSocket("channel", { port: 9010 });
// @ts-expect-error only a channel's socket makes them
new PeerWebSocket();

ws.onmessage = (event) => {
  expect<Equal<typeof event.senderId, string>>();
  expect<Equal<typeof event.peer, PeerWebSocket | null>>();
};
ws.onconnect = ({ detail }) => {
  expect<Equal<typeof detail.target, PeerWebSocket>>();
  detail.target.onopen = () => detail.target.send("hello");
};
ws.onerror = (event) => expect<Equal<typeof event.reason, string>>();
ws.addEventListener("close", ({ code, reason, wasClean }) => [code, reason, wasClean], { once: true });
ws.addEventListener("disconnect", ({ detail }) => detail.target.id);
ws.addEventListener("anything", (event) => event.type);
// @ts-expect-error peers do not come and go among peers
ws.peers[0]!.onconnect = null;

ws.send("text");
ws.send(new Uint8Array(1));
ws.send(new ArrayBuffer(1));
ws.peers[0]!.send(new Blob([]));
// @ts-expect-error an object would be sent as [object Object]
ws.send({});
ws.close(1000, "done");

expect<Equal<typeof ws.id, string>>();
expect<Equal<typeof NetworkWebSocket.OPEN, 1>>();
// @ts-expect-error the state is read only
ws.readyState = 1;

await init(fetch("networkwebsockets.wasm"));
expect<Equal<Slim, NetworkWebSocket>>();
const global: NetworkWebSocket = new globalThis.NetworkWebSocket("channel");
global.close();
