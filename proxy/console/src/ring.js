/**
 * Where other proxies stand around this one: on a ring, in the order of their ids. Whoever comes later stands between
 * its neighbours, so nobody else moves; and whoever comes back stands where it stood.
 */

const TURN = 2 * Math.PI;
/** Proxies that are closer than this share of an even distance are distributed anew. */
const TOO_CLOSE = 0.2;

export class Ring {
  /** @type {Map<string, number>} */
  #angles = new Map();

  /**
   * The angle of each id.
   * @param {string[]} ids
   * @returns {Map<string, number>}
   */
  place(ids) {
    const wanted = [...new Set(ids)].sort();
    if (this.#angles.size === 0) this.#spread(wanted);
    for (const id of wanted) if (!this.#angles.has(id)) this.#insert(id, wanted);
    return new Map(wanted.map((id) => [id, this.#angles.get(id) ?? 0]));
  }

  /** @param {string[]} ids in order */
  #spread(ids) {
    this.#angles = new Map(ids.map((id, index) => [id, (index / ids.length) * TURN]));
  }

  /**
   * @param {string} id
   * @param {string[]} wanted
   */
  #insert(id, wanted) {
    const order = [...this.#angles.keys(), id].sort();
    const at = order.indexOf(id);
    const before = this.#angles.get(order.at(at - 1) ?? "") ?? 0;
    const after = this.#angles.get(order[(at + 1) % order.length]) ?? 0;
    const gap = positive(after - before) || TURN;
    if (gap / 2 < (TURN / order.length) * TOO_CLOSE) this.#spread(wanted);
    else this.#angles.set(id, before + gap / 2);
  }
}

/** @param {number} angle */
function positive(angle) {
  return ((angle % TURN) + TURN) % TURN;
}
