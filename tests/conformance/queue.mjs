/** Hands values to whoever waits for them, in order, and for a limited time. */

/** @template Value */
export class Queue {
  /** @type {Value[]} */
  #values = [];
  /** @type {((value: Value) => void)[]} */
  #readers = [];

  /** @param {string} what the values are, for the error of a wait in vain */
  constructor(what) {
    this.what = what;
  }

  /** What nobody has taken. */
  get waiting() {
    return [...this.#values];
  }

  /** @param {Value} value */
  push(value) {
    const reader = this.#readers.shift();
    reader ? reader(value) : this.#values.push(value);
  }

  /**
   * @param {number} patience in milliseconds
   * @returns {Promise<Value>}
   */
  next(patience) {
    const [value] = this.#values.splice(0, 1);
    if (value !== undefined) return Promise.resolve(value);
    return new Promise((resolve, reject) => {
      /** @param {Value} value */
      const reader = (value) => {
        clearTimeout(timer);
        resolve(value);
      };
      const timer = setTimeout(() => {
        this.#readers.splice(this.#readers.indexOf(reader), 1);
        reject(new Error(`waited in vain for ${this.what}`));
      }, patience);
      this.#readers.push(reader);
    });
  }
}
