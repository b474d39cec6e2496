/** Rates of the whole proxy over the last ten minutes. */

const MINUTES = 10;
/** How far back it reaches. */
export const SPAN_MS = MINUTES * 60_000;

/** Times in seconds, then a column for each rate. @typedef {[number[], ...(number | null)[][]]} Columns */

export class History {
  /** Messages, bytes from clients, bytes to clients, bytes of links: each a second. @type {Columns} */
  columns = [[], [], [], [], []];
  /** @type {{at: number, counts: number[]} | null} */
  #last = null;

  /**
   * Takes a reading of counts.
   * @param {number} at in milliseconds of Unix time
   * @param {number[]} counts in the order of the columns
   */
  read(at, counts) {
    const last = this.#last;
    this.#last = { at, counts };
    if (!last || at <= last.at) return;
    const rates = counts.map((count, index) => {
      const grown = count - last.counts[index];
      return grown < 0 ? null : (grown * 1000) / (at - last.at);
    });
    this.#push(at, rates);
  }

  /** Nothing is known until the next reading. */
  pause() {
    if (this.#last)
      this.#push(
        this.#last.at + 1,
        this.#last.counts.map(() => null),
      );
    this.#last = null;
  }

  /** The last rates, in the order of the columns. @returns {(number | null)[]} */
  get now() {
    const [, ...columns] = this.columns;
    return columns.map((column) => (this.#last ? (column.at(-1) ?? null) : null));
  }

  /**
   * @param {number} at
   * @param {(number | null)[]} rates
   */
  #push(at, rates) {
    const [times, ...columns] = this.columns;
    times.push(at / 1000);
    columns.forEach((column, index) => column.push(rates[index]));
    while (times[0] * 1000 < at - SPAN_MS) for (const column of this.columns) column.shift();
  }
}
