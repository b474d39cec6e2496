/** What one page says of itself at one tick: its seat, its comet, and the stars that it holds. */

import { STARS, WATCHING } from "./field.js";

/**
 * Positions are in units, velocities in sixteenths of a unit a tick: whole numbers, as they travel, at the owner's too.
 * @typedef {{number: number, epoch: number, x: number, y: number, vx: number, vy: number}} Star
 * @typedef {{x: number, y: number, vx: number, vy: number, dx: number, dy: number}} Comet `dx`, `dy`: where it is steered, -127 to 127
 * @typedef {{seq: number, seat: number, turn: number, comet: Comet, tail: Star[], drift: Star[]}} Claims
 *   `turn`: who of two in one seat was first; `tail`: from the comet on; `drift`: stars that it moves but does not own
 */

/** @returns {Claims} of a page that has not found a seat yet */
export function nothing() {
  return {
    seq: 0,
    seat: WATCHING,
    turn: 0,
    comet: { x: 0, y: 0, vx: 0, vy: 0, dx: 0, dy: 0 },
    tail: [],
    drift: [],
  };
}

/** @param {Claims} claims */
export function stars(claims) {
  return [...claims.tail, ...claims.drift];
}

/**
 * @param {Claims} claims
 * @param {number} number
 * @returns {Star | undefined}
 */
export function find(claims, number) {
  /** @param {Star} star */
  const is = (star) => star.number === number;
  return claims.tail.find(is) ?? claims.drift.find(is);
}

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** A hash (FNV-1a) of all numbers in their decoded form, so that a fault of the way or of the codec shows. @param {Claims} claims */
export function digest(claims) {
  const { seq, seat, turn, comet, tail, drift } = claims;
  let hash = OFFSET;
  /** @param {number} number */
  const add = (number) => {
    for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((number >> shift) & 0xff), PRIME);
  };
  for (const number of [seq, seat, turn, comet.x, comet.y, comet.vx, comet.vy, comet.dx, comet.dy, tail.length])
    add(number);
  for (const { number, epoch, x, y, vx, vy } of [...tail, ...drift])
    for (const value of [number, epoch, x, y, vx, vy]) add(value);
  return hash >>> 0;
}

/** @param {Claims} claims @returns {Claims} with each star once, in the tail rather than adrift */
export function distinct(claims) {
  /** @type {Set<number>} */
  const seen = new Set();
  /** @param {Star} star */
  const isNew = ({ number }) => seen.size < seen.add(number).size;
  return { ...claims, tail: claims.tail.filter(isNew), drift: claims.drift.filter(isNew) };
}

/** @param {Claims} claims @returns {boolean} whether each star is there at most once */
export function areDistinct(claims) {
  return (
    new Set(stars(claims).map(({ number }) => number)).size === claims.tail.length + claims.drift.length &&
    stars(claims).length <= STARS
  );
}
