/** Another player's claims between two ticks: what arrives in bursts is shown at an even pace, one to two ticks late. */

import { FINE, TICK_MS } from "./field.js";

/**
 * @import { Claims } from "./claims.js"
 * @import { Moving } from "./flight.js"
 * @import { Place } from "./field.js"
 */

/** How far behind the latest claims one is, in ticks: less shows every delay on the way, more makes all feel slow. */
const LATE = 1.2;
/** What has not arrived is guessed from the velocity for at most 200 ms: short delays are not seen, and a wrong guess is soon put right. */
const AHEAD_MAX = 200 / TICK_MS;
/** After a pause of so many ticks the pace begins anew. */
const BREAK = 6;
/** Part by which the pace gives way to later claims: clocks differ, and a single late one means nothing. */
const GIVE = 0.05;
const KEPT = 8;

/** @typedef {{before: Claims, after: Claims, part: number, ahead: number}} Moment */

export class Playback {
  /** @type {Claims[]} */
  #frames = [];
  /** When the tick 0 would have arrived, in milliseconds. */
  #start = 0;

  /**
   * @param {Claims} claims
   * @param {number} now in milliseconds
   */
  push(claims, now) {
    const start = now - claims.seq * TICK_MS;
    const later = start - this.#start;
    const isNew = this.#frames.length === 0 || later > BREAK * TICK_MS || later < 0;
    this.#start = isNew ? start : this.#start + GIVE * later;
    this.#frames.push(claims);
    if (this.#frames.length > KEPT) this.#frames.shift();
  }

  /**
   * @param {number} now
   * @returns {Moment | null} what to show now, null before the first claims
   */
  at(now) {
    const last = this.#frames.at(-1);
    if (!last) return null;
    const tick = (now - this.#start) / TICK_MS - LATE;
    const next = this.#frames.findIndex(({ seq }) => seq > tick);
    if (next < 0) return resting(last, tick);
    if (next === 0) return resting(this.#frames[0], this.#frames[0].seq);
    const [before, after] = [this.#frames[next - 1], this.#frames[next]];
    return { before, after, part: (tick - before.seq) / (after.seq - before.seq), ahead: 0 };
  }
}

/**
 * @param {Moment} moment
 * @param {Place | null | undefined} before none where it was not there
 * @param {Moving} after
 * @returns {Place}
 */
export function between({ part, ahead }, before, after) {
  /**
   * @param {"x" | "y"} axis
   * @param {number} velocity
   */
  const place = (axis, velocity) => {
    const from = before
      ? before[axis] + part * (after[axis] - before[axis])
      : after[axis] - ((1 - part) * velocity) / FINE;
    return from + (ahead * velocity) / FINE;
  };
  return { x: place("x", after.vx), y: place("y", after.vy) };
}

/**
 * @param {Claims} claims
 * @param {number} tick
 */
function resting(claims, tick) {
  return {
    before: claims,
    after: claims,
    part: 1,
    ahead: Math.min(Math.max(tick - claims.seq, 0), AHEAD_MAX),
  };
}
