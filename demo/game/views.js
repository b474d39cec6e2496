/**
 * Whether all see the same: each page notes a digest of what it decoded of each player, at the player's sequence numbers that
 * `VIEW_EVERY` divides, and tells the others once a second. Equal numbers are compared.
 */

import { digest } from "./claims.js";
import { VIEW_EVERY } from "./world.js";

/**
 * @import { Claims } from "./claims.js"
 * @import { View } from "./wire.js"
 */

/**
 * That one page sees another differently, at a sequence number.
 * @typedef {{by: string, owner: string, seq: number}} Difference
 */

/** So many digests of each player are kept: others may be some seconds behind. */
const KEPT = 5;

export class Views {
  /** @type {Map<string, Map<number, number>>} of each owner, by sequence number */
  #digests = new Map();
  /** Who sees whom differently, with the sequence number of it. @type {Map<string, Difference>} */
  #differences = new Map();
  /** How often somebody's view has differed from this one's. */
  differed = 0;
  /** How often they were the same. */
  agreed = 0;

  /**
   * @param {string} owner
   * @param {Claims} claims as decoded
   */
  note(owner, claims) {
    if (claims.seq % VIEW_EVERY !== 0) return;
    /** @type {Map<number, number>} */
    const digests = this.#digests.get(owner) ?? new Map();
    digests.set(claims.seq, digest(claims));
    for (const seq of digests.keys()) if (digests.size > KEPT) digests.delete(seq);
    this.#digests.set(owner, digests);
  }

  /**
   * @param {string} owner
   * @param {number} seq
   * @returns {number | undefined}
   */
  digestOf(owner, seq) {
    return this.#digests.get(owner)?.get(seq);
  }

  /** The latest of each owner. @returns {View[]} */
  latest() {
    return [...this.#digests].flatMap(([id, digests]) =>
      [...digests].slice(-1).map(([seq, value]) => ({ id, seq, digest: value })),
    );
  }

  /**
   * @param {View[]} views of the page `by`
   * @param {string} by
   */
  compare(by, views) {
    for (const { id, seq, digest: theirs } of views) {
      const mine = this.digestOf(id, seq);
      if (mine !== undefined) this.#settle({ by, owner: id, seq }, mine === theirs);
    }
  }

  /** @returns {Difference[]} what differs as far as known */
  get differences() {
    return [...this.#differences.values()];
  }

  /**
   * Forgets who has gone.
   * @param {string} id
   */
  go(id) {
    this.#digests.delete(id);
    for (const [key, { by, owner }] of this.#differences) if (by === id || owner === id) this.#differences.delete(key);
  }

  /**
   * @param {Difference} view
   * @param {boolean} isSame
   */
  #settle(view, isSame) {
    const key = `${view.by} ${view.owner}`;
    if (isSame) {
      this.agreed += 1;
      this.#differences.delete(key);
    } else {
      this.differed += 1;
      this.#differences.set(key, view);
    }
  }
}
