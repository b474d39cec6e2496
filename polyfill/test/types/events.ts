/** Events by name, in attributes and listeners. */
import { expectTypeOf } from "expect-type";
import type {
  FailureReason,
  FrameErrorCode,
  NetworkCloseEvent,
  NetworkErrorEvent,
  NetworkMessageEvent,
  NetworkWebSocket,
  PeerWebSocket,
  PresenceEvent,
  ReconnectingEvent,
} from "networkwebsockets";

declare const ws: NetworkWebSocket;
declare const peer: PeerWebSocket;

ws.onopen = function (event) {
  expectTypeOf(this).toEqualTypeOf<NetworkWebSocket>();
  expectTypeOf(event).toEqualTypeOf<Event>();
};
peer.onclose = function ({ code, reason, wasClean }) {
  expectTypeOf(this).toEqualTypeOf<PeerWebSocket>();
  expectTypeOf({ code, reason, wasClean }).toEqualTypeOf<{
    code: number;
    reason: string;
    wasClean: boolean;
  }>();
};
ws.onmessage = (event) => {
  expectTypeOf(event.data).toBeAny();
  expectTypeOf(event.senderId).toEqualTypeOf<string>();
  expectTypeOf(event.peer).toEqualTypeOf<PeerWebSocket | null>();
  // @ts-expect-error the sender may be closed already
  event.peer.send("hello");
};
ws.onmessage = (event: NetworkMessageEvent<string>) => event.data.length;
ws.onconnect = ({ detail }) => {
  expectTypeOf(detail.target).toEqualTypeOf<PeerWebSocket>();
  detail.target.onopen = () => detail.target.send("hello");
};
ws.ondisconnect = (event) => expectTypeOf(event).toEqualTypeOf<PresenceEvent>();
ws.onreconnecting = ({ detail: { attempt, delay, code, reason } }) => {
  expectTypeOf([attempt, delay, code]).toEqualTypeOf<number[]>();
  expectTypeOf(reason).toEqualTypeOf<string>();
};
ws.onerror = (event) => {
  expectTypeOf(event.reason).toEqualTypeOf<FailureReason | FrameErrorCode>();
  expectTypeOf([event.message, event.targetId]).toEqualTypeOf<string[]>();
  expectTypeOf(event.fatal).toEqualTypeOf<boolean>();
  // @ts-expect-error there is no such reason
  return event.reason === "proxy-is-asleep";
};
ws.onopen = null;
// @ts-expect-error a handler is a function
ws.onopen = "open";
// @ts-expect-error an attribute takes no objects
ws.onopen = { handleEvent() {} };
// @ts-expect-error presence has no data
ws.onconnect = (event: NetworkMessageEvent) => event.data;

ws.addEventListener("open", function () {
  expectTypeOf(this).toExtend<NetworkWebSocket>();
});
ws.addEventListener("message", (event) => expectTypeOf(event).toEqualTypeOf<NetworkMessageEvent>(), {
  once: true,
});
ws.addEventListener("error", (event) => expectTypeOf(event).toEqualTypeOf<NetworkErrorEvent>(), true);
ws.addEventListener("close", (event) => expectTypeOf(event).toEqualTypeOf<NetworkCloseEvent>());
ws.addEventListener("connect", (event) => expectTypeOf(event.detail.target).toEqualTypeOf<PeerWebSocket>());
ws.addEventListener("reconnecting", (event) => expectTypeOf(event).toEqualTypeOf<ReconnectingEvent>());
peer.addEventListener("message", (event) => expectTypeOf(event).toEqualTypeOf<NetworkMessageEvent>());
// @ts-expect-error a misspelled name
ws.addEventListener("mesage", () => {});
// @ts-expect-error and here
ws.removeEventListener("mesage", null);
// @ts-expect-error peers do not come and go among peers
peer.addEventListener("connect", () => {});
ws.addEventListener("open", null);
ws.addEventListener("open", () => {}, {
  capture: true,
  once: true,
  passive: true,
  signal: new AbortController().signal,
});
// @ts-expect-error a close has no data
ws.addEventListener("close", (event: NetworkMessageEvent) => event.data);
// @ts-expect-error there is no such option
ws.addEventListener("close", () => {}, { twice: true });

ws.addEventListener("disconnect", {
  handleEvent(event) {
    expectTypeOf(event).toEqualTypeOf<PresenceEvent>();
  },
});
const log = { handleEvent: (event: Event) => event.type };
ws.addEventListener("open", log);
ws.removeEventListener("open", log);
ws.removeEventListener("message", ({ senderId }) => expectTypeOf(senderId).toEqualTypeOf<string>());
const onClose = { handleEvent: (event: NetworkCloseEvent) => event.code };
ws.addEventListener("close", onClose);
// @ts-expect-error it handles other events
ws.addEventListener("message", onClose);
// @ts-expect-error and this one, too, of more than comes
ws.addEventListener("open", { handleEvent: (event: NetworkMessageEvent) => event.data });
// @ts-expect-error an object that handles nothing
ws.addEventListener("message", {});

for (const type of ["open", "close"] as const) {
  ws.addEventListener(type, (event) => event.type);
}
for (const type of ["open", "mine"]) {
  ws.addEventListener(type, (event) => expectTypeOf(event).toEqualTypeOf<Event>());
}
