/** For how long nothing has come of what a person has announced. */

/** @import { Presence } from "./presence.js" */

/**
 * All that has come, in bytes, and when some last came.
 * @typedef {{total: number, at: number}} Last
 */

export class Quiet {
  /** @type {{sound: Last | null, picture: Last | null}} */
  #last = { sound: null, picture: null };

  /**
   * @param {Presence} presence
   * @param {{soundBytes: number, pictureBytes: number}} totals of all that has come
   * @param {number} now in milliseconds
   */
  observe({ sound, picture }, { soundBytes, pictureBytes }, now) {
    this.#update("sound", sound, soundBytes, now);
    // A screen on which nothing moves is quiet for good reason.
    this.#update("picture", picture === "camera", pictureBytes, now);
  }

  /**
   * @param {number} now
   * @returns {{sound: number, picture: number}} in milliseconds
   */
  since(now) {
    const { sound, picture } = this.#last;
    return { sound: sound ? now - sound.at : 0, picture: picture ? now - picture.at : 0 };
  }

  reset() {
    this.#last = { sound: null, picture: null };
  }

  /**
   * @param {"sound" | "picture"} kind
   * @param {boolean} isAnnounced
   * @param {number} total
   * @param {number} now
   */
  #update(kind, isAnnounced, total, now) {
    const last = this.#last[kind];
    if (!isAnnounced) this.#last[kind] = null;
    else if (!last || total !== last.total) this.#last[kind] = { total, at: now };
  }
}
