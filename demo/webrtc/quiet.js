/** For how long nothing has come of what a person has announced. */

export class Quiet {
  #last = { sound: null, picture: null };

  /**
   * @param {import('./presence.js').Presence} presence
   * @param {{soundBytes: number, pictureBytes: number}} totals of all that has come
   * @param {number} now in milliseconds
   */
  observe({ sound, picture }, { soundBytes, pictureBytes }, now) {
    this.#update("sound", sound, soundBytes, now);
    // A screen on which nothing moves is quiet for good reason.
    this.#update("picture", picture === "camera", pictureBytes, now);
  }

  /** @returns {{sound: number, picture: number}} in milliseconds */
  since(now) {
    const { sound, picture } = this.#last;
    return { sound: sound ? now - sound.at : 0, picture: picture ? now - picture.at : 0 };
  }

  reset() {
    this.#last = { sound: null, picture: null };
  }

  #update(kind, isAnnounced, total, now) {
    const last = this.#last[kind];
    if (!isAnnounced) this.#last[kind] = null;
    else if (!last || total !== last.total) this.#last[kind] = { total, at: now };
  }
}
