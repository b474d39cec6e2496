import { needArguments, shape, toData } from "../webidl.ts";
import { messages } from "./messages.ts";
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
