/** The sky that all share: its size, its stars, and where everything begins. */

/** Ticks a second: each page moves its own things and tells the others. */
export const TICKS_PER_SECOND = 30;
export const TICK_MS = 1000 / TICKS_PER_SECOND;
/** The field in sixteenths of a point, 1600 by 900 points: fits sixteen bits, and is finer than a screen. */
export const WIDTH = 25_600;
export const HEIGHT = 14_400;
export const POINT = 16;
/** Velocities are in sixteenths of a unit a tick, so that slow drifting survives rounding. */
export const FINE = 16;
/** Nothing moves faster, in units a tick: beyond it a frame is not from this game. */
export const SPEED_MAX = 640;
export const STARS = 32;
/** As many play at once as there are colours; who comes later watches. */
export const SEATS = 8;
export const WATCHING = 255;

/** Steps that fill a rectangle evenly and without rows. */
const STEPS = [0.754_877_666_25, 0.569_840_290_998];
const BORDER = 0.08;

/** @typedef {{x: number, y: number}} Place */

/**
 * Where a star is that nobody has ever moved: spread evenly, the same for all.
 * @param {number} number
 * @returns {Place}
 */
export function home(number) {
  return { x: spread(WIDTH, (number + 1) * STEPS[0]), y: spread(HEIGHT, (number + 1) * STEPS[1]) };
}

/**
 * Where a comet enters: on an oval around the middle.
 * @param {number} seat
 * @returns {Place}
 */
export function entrance(seat) {
  const angle = (seat / SEATS) * 2 * Math.PI;
  return {
    x: Math.round(WIDTH * (0.5 + 0.3 * Math.cos(angle))),
    y: Math.round(HEIGHT * (0.5 + 0.3 * Math.sin(angle))),
  };
}

/**
 * @param {number} size
 * @param {number} turns
 */
function spread(size, turns) {
  return Math.round(size * (BORDER + (1 - 2 * BORDER) * (turns % 1)));
}
