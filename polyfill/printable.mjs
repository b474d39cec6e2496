/** Writes bytes as src/printable.ts reads them. */
export function encode(bytes) {
  const character = (code) => String.fromCharCode(code + 32);
  const pair = (rest) => character(93 + Math.floor(rest / 95)) + character(rest % 95);
  const one = (byte) => (byte < 93 ? character(byte) : pair(byte - 93));
  return Array.from(bytes, (byte) => one(byte ^ 32)).join("");
}
