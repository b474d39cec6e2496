/** What a subscription has heard, by topic: the last value, when it came, and how many come in a second. */

/** @import { Entry } from "./ledger.js" */

/** @typedef {{topic: string, entry: Entry, at: number, heard: number, rate: number}} Row */

export class Tally {
  /** @type {Map<string, Row>} */
  rows = new Map();
  /** The row that changed last. @type {Row | null} */
  newest = null;
  /** Messages a second, of all. */
  rate = 0;
  /** How many rows there have been: while it stays, so do their names. */
  generation = 0;
  #rolled = 0;

  /**
   * Counts a value. One that is undefined takes the row away.
   * @param {Entry} entry
   * @param {number} now
   */
  hear(entry, now) {
    if (entry.value === undefined) return this.#remove(entry.topic);
    let row = this.rows.get(entry.topic);
    if (!row) {
      row = { topic: entry.topic, entry, at: now, heard: 0, rate: 0 };
      this.rows.set(entry.topic, row);
      this.generation += 1;
    }
    row.entry = entry;
    row.at = now;
    row.heard += 1;
    this.newest = row;
    return undefined;
  }

  /**
   * Makes rates of what was counted since the last time, and drops rows whose topic is kept no more.
   * @param {(topic: string) => boolean} isKept
   * @param {number} now
   */
  roll(now, isKept) {
    const seconds = Math.max(now - this.#rolled, 1) / 1000;
    this.#rolled = now;
    let heard = 0;
    for (const row of this.rows.values()) {
      heard += row.heard;
      row.rate = row.heard / seconds;
      row.heard = 0;
      if (!isKept(row.topic)) this.#remove(row.topic);
    }
    this.rate = heard / seconds;
  }

  /**
   * Begins anew.
   * @param {number} now
   */
  restart(now) {
    this.rows.clear();
    this.newest = null;
    this.rate = 0;
    this.generation += 1;
    this.#rolled = now;
  }

  /** @param {string} topic */
  #remove(topic) {
    if (this.rows.delete(topic)) this.generation += 1;
    if (this.newest?.topic === topic) this.newest = null;
  }
}
