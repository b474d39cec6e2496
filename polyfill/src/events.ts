/** The events that sockets fire, beyond those that every browser has. */

/** A message, with who sent it. */
export class NetworkMessageEvent extends MessageEvent<unknown> {
  readonly senderId: string;
  readonly peer: EventTarget | null;

  constructor(data: unknown, origin: string, senderId: string, peer: EventTarget | null) {
    super("message", { data, origin });
    this.senderId = senderId;
    this.peer = peer;
  }
}

/** A failure, with its reason for programs and a message for people. */
export class NetworkErrorEvent extends Event {
  readonly reason: string;
  readonly message: string;

  constructor(reason: string, message: string) {
    super("error");
    this.reason = reason;
    this.message = message;
  }
}

/** Node 22 has none. */
class CloseEventFallback extends Event {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;

  constructor(type: string, { code, reason, wasClean }: Required<Pick<CloseEventInit, "code" | "reason" | "wasClean">>) {
    super(type);
    this.code = code;
    this.reason = reason;
    this.wasClean = wasClean;
  }
}

/** The end of a socket. */
export function closeEvent(code: number, reason: string, wasClean: boolean): Event {
  const Close = globalThis.CloseEvent ?? CloseEventFallback;
  return new Close("close", { code, reason, wasClean });
}

/** The coming or going of a peer. */
export function presenceEvent(type: "connect" | "disconnect", target: EventTarget): Event {
  return new CustomEvent(type, { detail: { target } });
}
