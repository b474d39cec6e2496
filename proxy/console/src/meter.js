/** Rates of many things that only grow, each over the last few readings. */

const READINGS = 6;

/** @typedef {{at: number, values: number[]}} Reading */

export class Meter {
  /** @type {Map<string, Reading[]>} */
  #readings = new Map();
  #width;

  /** @param {number} width how many values each thing has */
  constructor(width) {
    this.#width = width;
  }

  /**
   * Takes a reading. What is not in it is forgotten.
   * @param {number} at in milliseconds
   * @param {[id: string, values: number[]][]} things
   */
  read(at, things) {
    const before = this.#readings;
    this.#readings = new Map(
      things.map(([id, values]) => {
        const readings = before.get(id) ?? [];
        const last = readings.at(-1);
        // A count that has become less belongs to something new.
        if (last && values.some((value, index) => value < last.values[index])) readings.length = 0;
        readings.push({ at, values });
        if (readings.length > READINGS) readings.shift();
        return [id, readings];
      }),
    );
  }

  /**
   * @param {string} id
   * @returns {(number | null)[]} each in units a second; null where it is not known yet
   */
  rates(id) {
    const readings = this.#readings.get(id) ?? [];
    const [first, last] = [readings[0], readings.at(-1)];
    if (!last || last.at <= first.at) return Array(this.#width).fill(null);
    const seconds = (last.at - first.at) / 1000;
    return last.values.map((value, index) => (value - first.values[index]) / seconds);
  }
}
