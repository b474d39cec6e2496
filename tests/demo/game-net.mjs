/** A network of game sessions without sockets and clocks: messages take their time, and links break, as a seed says. */

import { Session } from "../../demo/game/session.js";

/** @import { Thrust } from "../../demo/game/flight.js" */

/**
 * A small generator (mulberry32), so that each run can be repeated.
 * @param {number} seed
 */
export function dice(seed) {
  let state = seed >>> 0;
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    roll,
    /** @param {number} count */
    below: (count) => Math.floor(roll() * count),
    /**
     * @template Item
     * @param {Item[]} items
     */
    pick: (items) => items[Math.floor(roll() * items.length)],
  };
}

/**
 * What arrives: the coming or going of another, or what it said.
 * @typedef {{come?: boolean, go?: boolean, data?: ArrayBuffer, direct?: boolean}} Arrival
 */

export class Net {
  /** @type {Map<string, Session>} */
  sessions = new Map();
  /**
   * What is under way from one to another, first in first out.
   * @type {Map<string, {to: string, from: string, event: Arrival}[]>}
   */
  #ways = new Map();
  /** @type {Map<string, number>} */
  #side = new Map();
  #random;
  /** @type {Map<string, Thrust>} */
  #steering = new Map();

  /** @param {number} seed */
  constructor(seed) {
    this.#random = dice(seed);
  }

  /**
   * @param {string} id
   * @param {Session} [before]
   */
  join(id, before) {
    const session = new Session(
      id,
      {
        send: (data) => this.say(id, data),
        sendTo: (other, data) => {
          if (this.#reachable(id).includes(other)) this.#put(id, other, { data, direct: true });
        },
        now: () => 0,
      },
      0,
      before,
    );
    this.#side.set(id, 0);
    this.sessions.set(id, session);
    for (const other of this.#reachable(id)) this.#link(id, other);
    return session;
  }

  /** The session of somebody who is there. @param {string} id */
  session(id) {
    const session = this.sessions.get(id);
    if (!session) throw new Error(`${id} is not there.`);
    return session;
  }

  /**
   * Sends something in the name of one to all the others.
   * @param {string} id
   * @param {ArrayBuffer} data
   */
  say(id, data) {
    for (const other of this.#reachable(id)) this.#put(id, other, { data });
  }

  /**
   * Its last words reach some of the others and not all.
   * @param {string} id
   */
  leave(id) {
    for (const other of this.#reachable(id)) this.#unlink(id, other);
    this.sessions.delete(id);
    for (const [key, way] of this.#ways) if (way[0]?.to === id) this.#ways.delete(key);
  }

  /** Two halves that do not hear each other. */
  cut() {
    for (const id of this.sessions.keys()) this.#side.set(id, this.#random.below(2));
    this.#pairs((one, other) => {
      if (this.#side.get(one) !== this.#side.get(other)) this.#unlink(one, other);
    });
  }

  heal() {
    /** @type {[string, string][]} */
    const apart = [];
    this.#pairs((one, other) => {
      if (this.#side.get(one) !== this.#side.get(other)) apart.push([one, other]);
    });
    for (const id of this.sessions.keys()) this.#side.set(id, 0);
    for (const [one, other] of apart) this.#link(one, other);
  }

  get isCut() {
    return new Set([...this.sessions.keys()].map((id) => this.#side.get(id))).size > 1;
  }

  /**
   * Everybody ticks once, in any order, with some messages coming in between.
   * @param {(id: string) => Thrust} [steer]
   */
  tick(steer = (id) => this.#steer(id)) {
    const order = [...this.sessions.keys()].sort(() => this.#random.roll() - 0.5);
    for (const id of order) {
      this.deliver(this.#random.below(3 * this.sessions.size));
      this.sessions.get(id)?.tick(steer(id));
    }
  }

  /** Lets so many messages arrive, all of them if no number is given. */
  deliver(count = Infinity) {
    for (let arrived = 0; arrived < count; arrived += 1) {
      const busy = [...this.#ways.values()].filter((way) => way.length > 0);
      if (busy.length === 0) return;
      const next = this.#random.pick(busy).shift();
      if (!next) return;
      const { to, from, event } = next;
      const session = this.sessions.get(to);
      if (event.come) session?.come(from);
      else if (event.go) session?.go(from);
      else session?.hear(from, event.data, event.direct ?? false);
    }
  }

  /**
   * Each flies straight for a while, then elsewhere.
   * @param {string} id
   */
  #steer(id) {
    const present = this.#steering.get(id);
    if (present && this.#random.roll() >= 0.05) return present;
    const angle = this.#random.roll() * 2 * Math.PI;
    const steering = { dx: Math.round(127 * Math.cos(angle)), dy: Math.round(127 * Math.sin(angle)) };
    this.#steering.set(id, steering);
    return steering;
  }

  /** @param {string} id */
  #reachable(id) {
    return [...this.sessions.keys()].filter((other) => other !== id && this.#side.get(other) === this.#side.get(id));
  }

  /** @param {(one: string, other: string) => void} visit */
  #pairs(visit) {
    const ids = [...this.sessions.keys()];
    ids.forEach((one, index) => ids.slice(index + 1).forEach((other) => visit(one, other)));
  }

  /**
   * @param {string} one
   * @param {string} other
   */
  #link(one, other) {
    this.#put(one, other, { come: true });
    this.#put(other, one, { come: true });
  }

  /**
   * @param {string} one
   * @param {string} other
   */
  #unlink(one, other) {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ]) {
      const way = this.#way(from, to);
      const lost = this.#random.below(way.length + 1);
      while (way.length > lost && !way.at(-1)?.event.come) way.pop();
      this.#put(from, to, { go: true });
    }
  }

  /**
   * @param {string} from
   * @param {string} to
   * @param {Arrival} event
   */
  #put(from, to, event) {
    this.#way(from, to).push({ from, to, event });
  }

  /**
   * @param {string} from
   * @param {string} to
   */
  #way(from, to) {
    const key = `${from} ${to}`;
    const way = this.#ways.get(key) ?? [];
    this.#ways.set(key, way);
    return way;
  }
}
