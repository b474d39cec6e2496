import { needArguments, shape, toData } from "../webidl.ts";
import { messages } from "./reading.ts";
import { StreamEnd } from "./stream-end.ts";

/** One end of a stream between two peers. It has all that a WebSocket has. */
export class DialedWebSocket extends EventTarget {
  readonly #end: StreamEnd;

  static {
    const slotsOf = (socket: EventTarget) => (socket as DialedWebSocket).#end;
    shape(this, "DialedWebSocket", 0, ["open", "message", "error", "close"], slotsOf, {});
  }

  /** Pages have no end to give. */
  constructor(end?: StreamEnd) {
    if (!(end instanceof StreamEnd)) {
      throw new TypeError("Illegal constructor");
    }
    super();
    this.#end = end;
  }

  get peer(): EventTarget {
    return this.#end.peer.socket;
  }

  get url(): string {
    return this.#end.url;
  }

  get readyState(): number {
    return this.#end.state;
  }

  get bufferedAmount(): number {
    return this.#end.bufferedAmount;
  }

  get extensions(): string {
    this.#end;
    return "";
  }

  get protocol(): string {
    return this.#end.protocol;
  }

  get binaryType(): BinaryType {
    return this.#end.binaryType;
  }

  /** An enumeration ignores what is none of its values. */
  set binaryType(value: unknown) {
    const end = this.#end;
    const type = `${value}`;
    if (type === "blob" || type === "arraybuffer") {
      end.binaryType = type;
    }
  }

  get readable(): ReadableStream<string | Uint8Array> {
    return this.#end.readable;
  }

  get writable(): WritableStream<unknown> {
    return this.#end.writable;
  }

  send(_data: unknown): void {
    const end = this.#end;
    needArguments(arguments, 1, "send");
    end.send(toData(_data));
  }

  close(code: unknown = undefined, reason: unknown = undefined): void {
    this.#end.close(code, reason);
  }

  messages(options: unknown = undefined): AsyncIterableIterator<Event, undefined> {
    const end = this.#end;
    return messages(this, end.state, options, end);
  }
}

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
