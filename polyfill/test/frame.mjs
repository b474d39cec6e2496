/** What a frame carries: `ws` gives a Buffer for texts, too. */

/** @import { RawData } from "ws" */

/**
 * @param {RawData} data
 * @param {boolean} isBinary
 * @returns {string | Buffer}
 */
export function bytesOrText(data, isBinary) {
  if (!Buffer.isBuffer(data)) throw new Error("The server gives whole Buffers only.");
  return isBinary ? data : String(data);
}
