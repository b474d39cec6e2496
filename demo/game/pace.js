/** How often the sky is drawn: with each frame of the screen, or once a tick where the machine cannot keep up. */

/** Frames that come further apart on average, in milliseconds, are late: a screen shows 60 a second or more. */
const LATE_MS = 22;
/** So many frames make the average: one that is late means nothing. */
const FRAMES = 30;
/** After so long, in milliseconds, each frame is tried again: soon at first, as a page that starts is slow for a moment. */
const AGAIN_MS = 4000;
const AGAIN_MOST_MS = 64_000;
/** A longer gap, in milliseconds, is one in which nothing was to be drawn: the page was hidden. */
const AWAY_MS = 1000;

export class Pace {
  #mean = 0;
  #last = 0;
  #slowUntil = 0;
  #again = AGAIN_MS;

  /**
   * @param {number} now when a frame is drawn, in milliseconds
   * @returns {boolean} whether the next frame is wanted too; else the one after the next tick is
   */
  wantsNext(now) {
    if (now < this.#slowUntil) return false;
    const gap = now - this.#last;
    this.#last = now;
    if (gap < AWAY_MS) this.#mean += (gap - this.#mean) / FRAMES;
    if (this.#mean <= LATE_MS) return true;
    this.#mean = 0;
    this.#slowUntil = now + this.#again;
    this.#again = Math.min(2 * this.#again, AGAIN_MOST_MS);
    return false;
  }
}
