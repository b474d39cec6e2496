import { closeEvent, errorEvent, NetworkMessageEvent } from "../events.ts";
import type { Handlers } from "../webidl.ts";
import type { Data, End, Port } from "../port.ts";
import type { ChannelStreams } from "./channel-streams.ts";
import { DialedWebSocket } from "./dialed-web-socket.ts";
import { type Failure, sentenceOf } from "./failures.ts";
import { type Claimed, endError, Inbox, readableOf, writableTo } from "./reading.ts";
import { Queue } from "./queue.ts";

type Message = string | Uint8Array<ArrayBuffer>;

/** What a stream's socket keeps, and the events that are fired on it. */
export class StreamEnd implements Claimed {
  readonly handlers: Handlers = {};
  readonly socket: DialedWebSocket;
  readonly url: string;
  /** The subprotocol that the peer has chosen. */
  protocol = "";
  binaryType: BinaryType = "blob";
  claims = 0;
  take: (() => void) | undefined;
  readonly queue = new Queue();
  /** The parts of a message whose end has not come. */
  parts: Message[] = [];
  /** Bytes that it took and that will never be sent. */
  retained = 0;
  isOver = false;
  wasOpen = false;
  /** What the page has closed it with. */
  closing: Omit<End, "wasClean"> | undefined;
  hasSaidClose = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sent: (() => void)[] = [];
  #inbox: Inbox<Message> | undefined;
  #readable: ReadableStream<Message> | undefined;
  #writable: WritableStream<unknown> | undefined;

  constructor(
    readonly streams: ChannelStreams,
    readonly handle: number,
    readonly peer: Port,
    /** The subprotocols that the dialling side offers. */
    readonly offered: readonly string[],
    readonly isDialled: boolean,
  ) {
    this.url = `nws:${streams.name}/${peer.id}`;
    this.socket = new DialedWebSocket(this);
  }

  get state(): number {
    return this.streams.stateOf(this);
  }

  get bufferedAmount(): number {
    return (this.isOver ? 0 : this.streams.bufferedAmountOf(this)) + this.retained;
  }

  /** What arrives, instead of `message` events. */
  get readable(): ReadableStream<Message> {
    return (this.#readable ??= readableOf(this, (this.#inbox = new Inbox(0, () => {}))));
  }

  get writable(): WritableStream<unknown> {
    return (this.#writable ??= writableTo(this));
  }

  send(data: Data): void {
    this.streams.send(this, data);
  }

  close(code: unknown, reason: unknown): void {
    this.streams.close(this, code, reason);
  }

  /** Calls `then` after so many milliseconds. There is one wait at a time. */
  wait(milliseconds: number, then: () => void): void {
    this.rest();
    this.#timer = setTimeout(then, milliseconds);
  }

  /** Ends the wait. */
  rest(): void {
    clearTimeout(this.#timer);
  }

  /** Waits until credit has let everything go, or the stream has ended. */
  sent(): Promise<void> {
    return new Promise((resolve) => {
      this.queue.isEmpty || this.isOver ? resolve() : this.#sent.push(resolve);
    });
  }

  /** Everything has been sent. */
  onSent(): void {
    this.#sent.splice(0).forEach((resolve) => resolve());
  }

  open(protocol: string): void {
    this.wasOpen = true;
    this.protocol = protocol;
    this.socket.dispatchEvent(new Event("open"));
  }

  /** The whole message, whose last part this is. Bytes are copied here, and nowhere else. */
  joined(last: Message): Message {
    const parts = [...this.parts.splice(0), last];
    if (typeof last === "string") {
      return parts.join("");
    }
    const pieces = parts as Uint8Array<ArrayBuffer>[];
    const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let start = 0;
    for (const piece of pieces) {
      whole.set(piece, start);
      start += piece.length;
    }
    return whole;
  }

  /** Hands a message to the page. `take` is to be called when the page has taken it. */
  message(data: Message, take: () => void): void {
    if (this.#inbox) {
      this.#inbox.push(data, take);
      return;
    }
    let isTaken = false;
    this.take = () => {
      if (!isTaken) {
        isTaken = true;
        take();
      }
    };
    const { take: once, peer, claims } = this;
    this.socket.dispatchEvent(new NetworkMessageEvent(this.#payload(data), peer.origin, peer.id, peer.socket));
    if (!claims) {
      once();
    }
  }

  #payload(data: Message): unknown {
    return typeof data === "string" ? data : this.binaryType === "blob" ? new Blob([data]) : data.buffer;
  }

  /** Fires the last events: `error` where there is a reason, then `close`. */
  finish({ code, reason, wasClean }: End, failure?: Failure, message?: string): void {
    this.queue.clear();
    this.parts = [];
    if (failure) {
      this.socket.dispatchEvent(errorEvent(failure, message ?? sentenceOf(failure), true, this.peer.id));
    }
    this.#inbox?.end(endError({ code, reason }));
    this.socket.dispatchEvent(closeEvent(code, reason, wasClean));
    this.onSent();
  }
}
