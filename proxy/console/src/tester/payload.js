/** How a payload is shown, and how bytes are typed. */

const CHARACTERS_AT_MOST = 2000;
const BYTES_AT_MOST = 32;

/**
 * @param {string | ArrayBuffer | Uint8Array} data
 * @returns {{text: string, size?: string}}
 */
export function describe(data) {
  if (typeof data !== "string") return describeBytes(new Uint8Array(data));
  if (data.length <= CHARACTERS_AT_MOST) return { text: data };
  return {
    text: `${data.slice(0, CHARACTERS_AT_MOST)}…`,
    size: `${data.length.toLocaleString("en")} characters`,
  };
}

/**
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer> | null} null where the text is not pairs of hex digits
 */
export function bytesOf(text) {
  const digits = text.replace(/\s+/g, "");
  if (!/^([0-9a-f]{2})*$/i.test(digits)) return null;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** @param {Uint8Array} bytes */
function describeBytes(bytes) {
  const start = [...bytes.subarray(0, BYTES_AT_MOST)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const size = bytes.length === 1 ? "1 byte" : `${bytes.length.toLocaleString("en")} bytes`;
  return { text: bytes.length > BYTES_AT_MOST ? `${start} …` : start, size };
}
