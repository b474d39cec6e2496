/** How things move in one tick: the comet that is steered, the tail that follows it, and stars that drift. */

import { FINE, HEIGHT, POINT, SPEED_MAX, WIDTH } from "./field.js";

/**
 * @import { Comet, Star } from "./claims.js"
 * @import { Place } from "./field.js"
 */

/** Units a tick, each tick: with the drag it makes a top speed that crosses the field in four seconds. */
const THRUST = 17;
const DRAG = 0.925;
/** Each star of a tail takes so much of the thrust, up to the most: who leads can be caught. */
const BURDEN = 0.012;
const BURDEN_MOST = 0.25;
/** Within this distance of the border one is pushed back, in units and units a tick. */
const SHORE = 60 * POINT;
const PUSH = 36;
/** A tail's stars keep this distance, and close what is more by this part each tick. */
const SPACING = 21 * POINT;
const PULL = 0.55;
/** Drifting stars, in units a tick. */
const WANDER = 0.4;
const CALM = 0.97;

/**
 * A thing on its way: velocities are in sixteenths of a unit a tick.
 * @typedef {Place & {vx: number, vy: number}} Moving
 */

/** Where somebody steers, -127 to 127. @typedef {{dx: number, dy: number}} Thrust */

/**
 * @param {Comet} comet
 * @param {Thrust} steering
 * @param {number} burden how many stars follow
 * @returns {Comet}
 */
export function fly(comet, { dx, dy }, burden) {
  const thrust = (THRUST * (1 - Math.min(BURDEN * burden, BURDEN_MOST))) / 127;
  const vx = (comet.vx / FINE + dx * thrust) * DRAG + shore(comet.x, WIDTH);
  const vy = (comet.vy / FINE + dy * thrust) * DRAG + shore(comet.y, HEIGHT);
  return { ...moved(comet, vx, vy), dx, dy };
}

/**
 * Each star follows the one before it, the first one the comet.
 * @param {Place} leader
 * @param {Star[]} tail
 */
export function follow(leader, tail) {
  let before = leader;
  return tail.map((star) => {
    const [x, y] = [before.x - star.x, before.y - star.y];
    const distance = Math.hypot(x, y);
    const part = distance > SPACING ? PULL * (1 - SPACING / distance) : 0;
    const behind = moved(star, x * part, y * part);
    before = behind;
    return behind;
  });
}

/**
 * A way of its own for each star, calm and without end.
 * @param {Star} star
 * @param {number} tick
 */
export function drift(star, tick) {
  const angle = star.number * 2.4 + tick * 0.012;
  const vx = (star.vx / FINE) * CALM + WANDER * Math.cos(angle) + shore(star.x, WIDTH) / 8;
  const vy = (star.vy / FINE) * CALM + WANDER * Math.sin(angle) + shore(star.y, HEIGHT) / 8;
  return moved(star, vx, vy);
}

/**
 * A push away from the border, the stronger the nearer.
 * @param {number} at
 * @param {number} size
 */
function shore(at, size) {
  const low = Math.max(0, SHORE - at);
  const high = Math.max(0, at - (size - SHORE));
  return (PUSH * (low - high)) / SHORE;
}

/**
 * @template {Moving} Thing
 * @param {Thing} thing
 * @param {number} vx
 * @param {number} vy
 * @returns {Thing}
 */
function moved(thing, vx, vy) {
  const speed = Math.max(1, Math.hypot(vx, vy) / SPEED_MAX);
  const [wantedX, wantedY] = [thing.x + vx / speed, thing.y + vy / speed];
  const x = Math.round(Math.min(Math.max(wantedX, 0), WIDTH));
  const y = Math.round(Math.min(Math.max(wantedY, 0), HEIGHT));
  // Rounding towards zero lets things come to rest.
  /**
   * @param {number} wanted
   * @param {number} size
   */
  const stopped = (wanted, size) => wanted < 0 || wanted > size;
  return {
    ...thing,
    x,
    y,
    vx: stopped(wantedX, WIDTH) ? 0 : Math.trunc((vx / speed) * FINE),
    vy: stopped(wantedY, HEIGHT) ? 0 : Math.trunc((vy / speed) * FINE),
  };
}
