import type { DialedWebSocket } from "./dialed-web-socket.ts";

/** What a page may do about a dial. */
export interface Dial {
  readonly peer: EventTarget;
  readonly protocols: readonly string[];
  accept(protocol: string): DialedWebSocket;
  reject(code: unknown, reason: unknown): void;
  wait(decision: Promise<unknown>): void;
}

/** A peer dials: the page answers within the event, or with a promise. */
export class DialEvent extends Event {
  readonly #dial: Dial;
  /** The socket of the peer that dials. */
  readonly peer: EventTarget;
  /** The subprotocols that it offers. */
  readonly protocols: readonly string[];

  constructor(dial: Dial) {
    super("dial");
    this.#dial = dial;
    this.peer = dial.peer;
    this.protocols = dial.protocols;
  }

  /** Opens the stream with one of the offered subprotocols, or with none. */
  accept(protocol: unknown = ""): DialedWebSocket {
    return this.#dial.accept(`${protocol}`);
  }

  /** Refuses. The peer's socket closes with `code` and `reason`, and with 1006 if there is no code. */
  reject(code: unknown = undefined, reason: unknown = undefined): void {
    this.#dial.reject(code, reason);
  }

  /** The page decides until `decision` is settled. If it has not accepted by then, the dial is refused. */
  respondWith(decision: unknown): void {
    this.#dial.wait(Promise.resolve(decision));
  }
}
