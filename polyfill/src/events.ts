/** The events that sockets fire, beyond those that every browser has. */

/** A message, with who sent it. */
export class NetworkMessageEvent extends Event {
  declare readonly data: unknown;
  declare readonly origin: string;
  declare readonly senderId: string;
  declare readonly peer: EventTarget | null;

  constructor(data: unknown, origin: string, senderId: string, peer: EventTarget | null) {
    super("message");
    this.data = data;
    this.origin = origin;
    this.senderId = senderId;
    this.peer = peer;
  }
}

// A MessageEvent to everybody who looks. To construct a real one takes the browser longer than all else that is done for a
// message.
Object.assign(NetworkMessageEvent.prototype, {
  constructor: MessageEvent,
  // MessageEvent has these for getters, which nothing can be assigned to.
  data: null,
  origin: "",
  lastEventId: "",
  source: null,
  ports: Object.freeze([]),
  userActivation: null,
});
Object.setPrototypeOf(NetworkMessageEvent.prototype, MessageEvent.prototype);

/** A failure, with its reason for programs and a message for people. */
export function errorEvent(reason: string, message: string, fatal: boolean, targetId: string): Event {
  return Object.assign(new Event("error"), { reason, message, fatal, targetId });
}

/** The end of a socket. Node 22 has no CloseEvent. */
export function closeEvent(code: number, reason: string, wasClean: boolean): Event {
  const details = { code, reason, wasClean };
  return globalThis.CloseEvent ? new CloseEvent("close", details) : Object.assign(new Event("close"), details);
}

/** The coming or going of a peer. */
export function presenceEvent(type: "connect" | "disconnect", target: EventTarget): Event {
  return new CustomEvent(type, { detail: { target } });
}
