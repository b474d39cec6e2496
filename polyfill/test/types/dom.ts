/** Where there are the DOM's types, events and options are theirs. */
import { expectTypeOf } from "expect-type";
import type { NetworkCloseEvent, NetworkMessageEvent, NetworkWebSocket, ProbeResult } from "networkwebsockets";

declare const ws: NetworkWebSocket;

expectTypeOf<NetworkCloseEvent>().toExtend<CloseEvent>();
expectTypeOf<NetworkMessageEvent>().toExtend<MessageEvent>();
expectTypeOf<NetworkMessageEvent<string>>().toExtend<MessageEvent<string>>();
expectTypeOf<ProbeResult["permission"]>().toEqualTypeOf<PermissionState>();
expectTypeOf(ws.binaryType).toEqualTypeOf<BinaryType>();

declare const options: AddEventListenerOptions;
declare const listener: EventListenerOrEventListenerObject;
ws.addEventListener("open", listener, options);
ws.removeEventListener("open", listener, options);
ws.onclose = (event: CloseEvent) => event.code;
ws.addEventListener("message", (event: MessageEvent<string>) => event.data.length);

/** What a page does with a WebSocket, it does with ours. */
function greet(socket: Pick<WebSocket, "send" | "close" | "readyState" | "bufferedAmount" | "binaryType">): void {
  socket.send("hello");
}
greet(ws);

/** It may stand for one. */
function adopt(socket: WebSocket): void {
  socket.onmessage = ({ data }) => data;
  socket.addEventListener("close", ({ code }) => code);
}
adopt(ws);
const socket: WebSocket = ws;
// @ts-expect-error a peer's socket has no URL
const other: WebSocket = ws.peers[0]!;
