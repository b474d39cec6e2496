/**
 * Writes bytes as src/printable.ts reads them.
 * @param {Uint8Array} bytes
 */
export function encode(bytes) {
  /** @param {number} code */
  const character = (code) => String.fromCharCode(code + 32);
  /** @param {number} rest */
  const pair = (rest) => character(93 + Math.floor(rest / 95)) + character(rest % 95);
  /** @param {number} byte */
  const one = (byte) => (byte < 93 ? character(byte) : pair(byte - 93));
  return Array.from(bytes, (byte) => one(byte ^ 32)).join("");
}
