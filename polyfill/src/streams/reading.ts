/** Sockets for people who like streams: what arrives as an asynchronous iterator, and both directions as streams of the WHATWG. */
import { ReadyState } from "../generated/numbers.ts";
import { toData } from "../webidl.ts";
import type { StreamEnd } from "./stream-end.ts";

/** The codes of an ordinary end: done, and going away. */
const ORDINARY = [1000, 1001];

/** Who can be told that a message was taken: the streams' sockets. */
export interface Claimed {
  /** From now on a message counts as taken when its `take` is called, and not when its event has been fired. */
  claims: number;
  /** Tells the sender that the message of the event that is being fired has been taken. */
  take: (() => void) | undefined;
}

interface End {
  code: number;
  reason: string;
}

/** The error with which reading a socket ends; none for an ordinary end. */
export function endError({ code, reason }: End): DOMException | undefined {
  if (ORDINARY.includes(code)) {
    return undefined;
  }
  const message = `the socket was closed with ${code}${reason && `: ${reason}`}`;
  return Object.assign(new DOMException(message, "NetworkError"), { closeCode: code, reason });
}

/** The messages that arrive at `socket` from now on. */
export function messages(socket: EventTarget, state: number, options: unknown, claimed?: Claimed): Inbox<Event> {
  const { highWaterMark = claimed ? 0 : Infinity } = Object(options) as { highWaterMark?: unknown };
  const mark = +(highWaterMark as number);
  if (!(mark >= 0)) {
    throw new RangeError(`highWaterMark: ${highWaterMark} is no number of messages`);
  }
  const listening = new AbortController();
  const { signal } = listening;
  const inbox = new Inbox<Event>(mark, () => {
    if (!signal.aborted) {
      listening.abort();
      claimed && claimed.claims--;
    }
  });
  claimed && claimed.claims++;
  socket.addEventListener("message", (event) => inbox.push(event, claimed?.take ?? (() => {})), { signal });
  socket.addEventListener("close", (event) => inbox.end(endError(event as CloseEvent)), { signal });
  if (state === ReadyState.Closed) {
    inbox.end(undefined);
  }
  return inbox;
}

type Waiting<T> = [item: T, take: () => void];

interface Reader<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

/**
 * What has arrived and nobody has taken yet: its user may be slower than the sender. Nothing is lost between two calls of
 * `next()`: what has arrived before the end comes before it.
 */
export class Inbox<T> implements AsyncIterableIterator<T, undefined> {
  /** The first of them have been taken already, as many as `#start` says: to move all others each time would take long. */
  #waiting: Waiting<T>[] = [];
  #start = 0;
  readonly #readers: Reader<T>[] = [];
  #isOver = false;
  #error: unknown;

  constructor(
    /** As many items may wait without holding the sender back. */
    readonly highWaterMark: number,
    /** Called once, when nothing more will be taken. */
    readonly onDone: () => void,
  ) {}

  /** Puts an item in. `take` is called when the sender may send as much again. */
  push(item: T, take: () => void): void {
    const reader = this.#readers.shift();
    if (reader) {
      reader.resolve({ value: item, done: false });
      take();
    } else if (this.#waiting.length - this.#start < this.highWaterMark) {
      this.#waiting.push([item, () => {}]);
      take();
    } else {
      this.#waiting.push([item, take]);
    }
  }

  /** Nothing more will come. */
  end(error: unknown): void {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#error = error;
      for (const reader of this.#readers.splice(0)) {
        this.#finish(reader);
      }
    }
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      const reader = { resolve, reject };
      const waiting = this.#next();
      if (waiting) {
        const [value, take] = waiting;
        resolve({ value, done: false });
        take();
      } else if (this.#isOver) {
        this.#finish(reader);
      } else {
        this.#readers.push(reader);
      }
    });
  }

  /** Stops: what still waits is thrown away. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.end(undefined);
    this.#error = undefined;
    for (let waiting = this.#next(); waiting; waiting = this.#next()) {
      waiting[1]();
    }
    this.onDone();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #next(): Waiting<T> | undefined {
    const waiting = this.#waiting[this.#start];
    if (waiting && ++this.#start * 2 > this.#waiting.length) {
      this.#waiting.splice(0, this.#start);
      this.#start = 0;
    }
    return waiting;
  }

  /** The error is thrown once. */
  #finish({ resolve, reject }: Reader<T>): void {
    const error = this.#error;
    this.#error = undefined;
    this.onDone();
    error ? reject(error) : resolve({ value: undefined, done: true });
  }
}

/** What arrives: texts, and bytes. The peer may send on as chunks are read. */
export function readableOf<T>(end: StreamEnd, inbox: Inbox<T>): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const { done, value } = await inbox.next();
        done ? controller.close() : controller.enqueue(value);
      },
      async cancel() {
        await inbox.return();
        end.close(undefined, undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/** What is written is sent. A write is done when the peer has let all of it go. */
export function writableTo(end: StreamEnd): WritableStream<unknown> {
  const { socket } = end;
  return new WritableStream({
    start(controller) {
      socket.addEventListener("close", () => controller.error(closed()));
      if (end.state === ReadyState.Connecting) {
        return new Promise<void>((resolve) => {
          socket.addEventListener("open", () => resolve());
          socket.addEventListener("close", () => resolve());
        });
      }
      return undefined;
    },
    async write(chunk) {
      end.send(toData(chunk));
      await end.sent();
    },
    async close() {
      end.close(1000, "");
      await new Promise((resolve) => socket.addEventListener("close", resolve));
    },
    abort() {
      end.close(undefined, undefined);
    },
  });
}

function closed(): DOMException {
  return new DOMException("the socket is closed", "InvalidStateError");
}
