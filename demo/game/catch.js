/** Which stars a comet catches where it is now: those that drift, and the ends of tails that it crosses. */

import { FINE, POINT, TICKS_PER_SECOND } from "./field.js";

/**
 * @import { Star } from "./claims.js"
 * @import { Place } from "./field.js"
 * @import { World } from "./world.js"
 */

/** How near one has to come, in units. */
const REACH = 34 * POINT;
const CUT = 20 * POINT;
/** After a cut no other one for so long: else one would follow the tail and take it all. */
const REST_TICKS = 0.7 * TICKS_PER_SECOND;

/**
 * @param {World} world
 * @param {boolean} isRested whether tails may be cut
 * @returns {{taken: Star[], rest: number}} in the order in which they follow
 */
export function caught(world, isRested) {
  const { comet, tail } = world.own;
  // While another has one's seat, one's own tail counts as loose too.
  const own = new Set(tail.map(({ number }) => number));
  const loose = world.holdings
    .flatMap((holding) => (holding && !holding.inTail ? [holding.star] : []))
    .filter((star) => !own.has(star.number) && isWithin(REACH, comet, star));
  const cut = isRested ? cutTail(world, comet) : [];
  return { taken: [...cut, ...loose], rest: cut.length > 0 ? REST_TICKS : 0 };
}

/**
 * From the first star that is touched on, what is behind it comes along.
 * @param {World} world
 * @param {Place} comet
 * @returns {Star[]}
 */
function cutTail(world, comet) {
  for (const id of world.players.values()) {
    const tail = id === world.id ? [] : heldTail(world, id);
    const touched = tail.findIndex((star) => isWithin(CUT, comet, star));
    if (touched >= 0) return tail.slice(touched);
  }
  return [];
}

/**
 * @param {World} world
 * @param {string} id
 * @returns {Star[]}
 */
function heldTail(world, id) {
  const tail = world.claimsOf(id)?.tail ?? [];
  return tail.filter(({ number }) => world.holdings[number]?.id === id);
}

/**
 * Others' stars are a tick old when they are heard of.
 * @param {number} distance
 * @param {Place} comet
 * @param {Star} star
 */
function isWithin(distance, comet, { x, y, vx, vy }) {
  return Math.hypot(comet.x - x - vx / FINE, comet.y - y - vy / FINE) < distance;
}
