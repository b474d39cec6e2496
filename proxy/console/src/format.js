/** How numbers and times are written. */

const UNITS = ["B", "KB", "MB", "GB", "TB"];
/** What is not known. */
export const UNKNOWN = "–";

/** @param {number} value */
export function count(value) {
  return value.toLocaleString("en");
}

/**
 * A number of things: “1 channel”, “2 channels”.
 * @param {number} value
 * @param {string} one
 * @param {string} [many]
 */
export function things(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** @param {number | null} value */
export function bytes(value) {
  if (value === null) return UNKNOWN;
  let unit = 0;
  let rest = value;
  while (rest >= 999.5 && unit < UNITS.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${digits(rest, unit === 0)} ${UNITS[unit]}`;
}

/** @param {number | null} value */
export function byteRate(value) {
  return value === null ? UNKNOWN : `${bytes(Math.round(value))}/s`;
}

/** @param {number | null} value */
export function rate(value) {
  if (value === null) return UNKNOWN;
  return `${value >= 9999.5 ? `${digits(value / 1000, false)} k` : digits(value, value === 0)}/s`;
}

/** @param {number | null} milliseconds */
export function roundTrip(milliseconds) {
  if (milliseconds === null) return UNKNOWN;
  return `${milliseconds < 10 ? milliseconds.toFixed(milliseconds < 1 ? 2 : 1) : Math.round(milliseconds)} ms`;
}

/**
 * Time since or until a moment.
 * @param {number} milliseconds
 */
export function span(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/**
 * The time of day.
 * @param {number} at in milliseconds of Unix time
 */
export function clock(at) {
  return new Date(at).toTimeString().slice(0, 8);
}

/**
 * @param {number} value
 * @param {boolean} isWhole
 */
function digits(value, isWhole) {
  return value >= 99.5 || isWhole ? String(Math.round(value)) : value.toPrecision(2);
}
