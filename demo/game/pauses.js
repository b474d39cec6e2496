/** For how long each of the others has stood still on this screen, at worst. */

export class Pauses {
  /** The longest of anybody, in milliseconds, also of those who have gone. */
  worst = 0;
  /** @type {Map<string, {progress: number, at: number, longest: number}>} */
  #seen = new Map();

  /**
   * @param {{id: string, progress: number}[]} comets as drawn now
   * @param {number} now
   */
  note(comets, now) {
    const here = new Set(comets.map(({ id }) => id));
    for (const id of this.#seen.keys()) if (!here.has(id)) this.#seen.delete(id);
    for (const { id, progress } of comets) this.#note(id, progress, now);
  }

  /**
   * @param {string} id
   * @returns {number | undefined} in milliseconds
   */
  longest(id) {
    return this.#seen.get(id)?.longest;
  }

  /** While nothing is drawn nobody stands still. */
  forget() {
    this.#seen.clear();
  }

  /**
   * @param {string} id
   * @param {number} progress
   * @param {number} now
   */
  #note(id, progress, now) {
    const seen = this.#seen.get(id) ?? { progress, at: now, longest: 0 };
    seen.longest = Math.max(seen.longest, now - seen.at);
    this.worst = Math.max(this.worst, seen.longest);
    if (progress !== seen.progress) Object.assign(seen, { progress, at: now });
    this.#seen.set(id, seen);
  }
}
