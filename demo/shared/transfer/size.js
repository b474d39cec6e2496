/** Sizes and progress as people read them. */

const UNITS = ["kB", "MB", "GB", "TB", "PB"];

/** @param {number} bytes */
export function sizeText(bytes) {
  if (bytes < 1000) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length);
  const value = bytes / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.floor(value)} ${UNITS[power - 1]}`;
}

/**
 * @param {number} bytes
 * @param {number} size
 * @returns {number} 0 to 99: the last one per cent is that its hash fits
 */
export function percent(bytes, size) {
  return Math.min(size > 0 ? Math.floor((bytes / size) * 100) : 0, 99);
}
