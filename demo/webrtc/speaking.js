/** Who speaks: marked at the first loud moment, and for a while after the last one, so that the mark does not flicker between words. */

/** Of 1. Breath and fans stay below it, a calm voice does not. */
const LOUD = 0.02;
const PAUSE_MS = 700;

export class Speaking {
  #until = -Infinity;

  /**
   * @param {number | undefined} level from 0 to 1
   * @param {number} now in milliseconds
   * @returns {boolean} whether this is somebody who speaks
   */
  hear(level, now) {
    if (level !== undefined && level >= LOUD) this.#until = now + PAUSE_MS;
    return now < this.#until;
  }
}
