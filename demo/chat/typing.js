/** Who is writing: says it of oneself at most every other second, and forgets of others what is not said again. */

/** How often it is said while one writes. */
const SAY_EVERY_MS = 2000;
/** One who says nothing for so long has stopped: twice missed, and some delay. */
const FORGET_MS = 5000;

export class Typing {
  /**
   * Ids of those who write, with the timer that ends it.
   * @type {Map<string, ReturnType<typeof setTimeout>>}
   */
  #others = new Map();
  #say;
  #changed;
  /** Whom it was said to last: undefined while one is not writing. @type {string | null | undefined} */
  #to;
  #saidAt = -Infinity;

  /**
   * @param {(on: boolean, to: string | null) => void} say to one, or with null to all
   * @param {() => void} changed
   */
  constructor(say, changed) {
    this.#say = say;
    this.#changed = changed;
  }

  /** @returns {string[]} ids */
  get who() {
    return [...this.#others.keys()];
  }

  /**
   * What is being written has changed.
   * @param {string} text
   * @param {string | null} to
   */
  write(text, to) {
    if (this.#to !== undefined && (text === "" || to !== this.#to)) this.stop();
    if (text === "" || performance.now() - this.#saidAt < SAY_EVERY_MS) return;
    this.#saidAt = performance.now();
    this.#to = to;
    this.#say(true, to);
  }

  stop() {
    if (this.#to !== undefined) this.#say(false, this.#to);
    this.sent();
  }

  /** It has been sent, which says that it has been written. */
  sent() {
    this.#to = undefined;
    this.#saidAt = -Infinity;
  }

  /**
   * @param {string} id
   * @param {boolean} on
   */
  hear(id, on) {
    const known = this.#others.get(id);
    clearTimeout(known);
    if (on)
      this.#others.set(
        id,
        setTimeout(() => this.hear(id, false), FORGET_MS),
      );
    else this.#others.delete(id);
    if (on !== (known !== undefined)) this.#changed();
  }

  /** Nobody is there any more. */
  clear() {
    for (const id of this.who) this.hear(id, false);
    this.sent();
  }
}
