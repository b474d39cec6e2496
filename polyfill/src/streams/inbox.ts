/** What has arrived and nobody has taken yet: an asynchronous iterator whose user may be slower than the sender. */

type Waiting<T> = [item: T, take: () => void];

interface Reader<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

/** Nothing is lost between two calls of `next()`: what has arrived before the end comes before it. */
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
