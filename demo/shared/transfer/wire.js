/** What peers say to each other about files, and the bounds of it: docs/files.md, version 1. */

export const VERSION = 1;
/** Bytes before the file's own in a binary message. */
export const HEAD = 44;
/** Bytes in memory of this page alone. @typedef {Uint8Array<ArrayBuffer>} Bytes */

/** @typedef {{stream: number, index: number, hash: Bytes, bytes: Bytes}} Part */

/** One file to one receiver. @typedef {{file: string, stream: number}} Stream */

/**
 * @typedef {{v: number, file: string, name: string, size: number, mime: string, part: number}}
 *   Offer
 */

/**
 * The members of each control message.
 * @typedef {object} Controls
 * @property {Offer} offer
 * @property {Stream & {hash: string}} done
 * @property {Stream & {reason: string}} fail
 * @property {{file: string}} withdraw
 * @property {Stream & {from: number, window: number}} get
 * @property {Stream & {next: number}} ack
 * @property {Stream} got
 * @property {Stream & {reason: string}} stop
 * @property {{files: string[]}} seek
 */

/** @typedef {{[Type in keyof Controls]: {type: Type} & Controls[Type]}[keyof Controls]} Control */

/** Smaller ones would make millions of parts of a film; larger ones do not fit into a message with its addresses. */
export const PART_AT_LEAST = 1024;
export const PART_AT_MOST = 983_040;
/** Their hashes, which both sides keep, take 32 MiB. */
export const PARTS_AT_MOST = 1_048_576;
/** Bytes that may be on their way, whatever a receiver asks for. */
export const WINDOW_AT_MOST = 4 * 1024 * 1024;
export const SEEK_AT_MOST = 100;

const INSECURE = "Files need a page that the browser calls secure: open it from http://localhost or by https.";
const MAGIC = 0x4e574601;
/** Bytes of a control message: a file-seek of 100 ids takes 3,600. */
const CONTROL_AT_MOST = 16 * 1024;
const NAME_AT_MOST = 1024;
const REASON_AT_MOST = 40;
const UINT32_MAX = 2 ** 32 - 1;
const MIME = /^[\w.+-]{1,50}\/[\w.+-]{1,49}$/;

/** @returns {string} why no hash can be made here, in a sentence, or empty */
export function obstacle() {
  return globalThis.crypto?.subtle ? "" : INSECURE;
}

/** @returns {string} an id for a file: 128 random bits */
export function drawId() {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}

/**
 * @param {number} size
 * @param {number} part
 */
export function partsOf(size, part) {
  return Math.ceil(size / part);
}

/**
 * How many bytes part `index` has.
 * @param {{size: number, part: number}} file
 * @param {number} index
 */
export function lengthOf({ size, part }, index) {
  return Math.min(part, size - index * part);
}

/**
 * @template {keyof Controls} Type
 * @param {string} type without `file-`
 * @param {Controls[Type]} members
 */
export function encodeControl(type, members) {
  return JSON.stringify({ type: `file-${type}`, ...members });
}

/** @param {unknown} data whether it is about files, and so nobody else's to read */
export function isOfFiles(data) {
  if (typeof data !== "string") return magicOf(data) === MAGIC;
  const { type } = parse(data);
  return typeof type === "string" && type.startsWith("file-");
}

/**
 * @param {string} data
 * @returns {Control | null} null for what is malformed or unknown; of the members only those that
 *   belong to the type
 */
export function decodeControl(data) {
  const said = parse(data);
  const type = /^file-(.*)$/.exec(String(said.type))?.[1] ?? "";
  if (!isKnown(type)) return null;
  /** @type {[string, Check][]} */
  const members = Object.entries(SHAPES[type]);
  if (!members.every(([member, fits]) => fits(said[member]))) return null;
  // Each member has been checked, which TypeScript cannot follow.
  const message = /** @type {Control} */ ({
    type,
    ...Object.fromEntries(members.map(([member]) => [member, said[member]])),
  });
  return message.type === "offer" ? soundOffer(message) : message;
}

/** @param {Part} part */
export function encodePart({ stream, index, hash, bytes }) {
  const message = new Uint8Array(HEAD + bytes.length);
  const head = new DataView(message.buffer);
  head.setUint32(0, MAGIC);
  head.setUint32(4, stream);
  head.setUint32(8, index);
  message.set(hash, 12);
  message.set(bytes, HEAD);
  return message;
}

/**
 * @param {ArrayBuffer | Bytes} data a message that `isOfFiles`
 * @returns {Part}
 */
export function decodePart(data) {
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(data) ? data : new Uint8Array(data);
  const head = new DataView(buffer, byteOffset);
  const hash = new Uint8Array(buffer, byteOffset + 12, 32);
  const bytes = new Uint8Array(buffer, byteOffset + HEAD, byteLength - HEAD);
  return { stream: head.getUint32(4), index: head.getUint32(8), hash, bytes };
}

/**
 * @param {Bytes} bytes
 * @returns {Promise<Bytes>} SHA-256
 */
export async function hashOf(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/**
 * @param {Uint8Array} some
 * @param {Uint8Array} others
 */
export function sameBytes(some, others) {
  return some.length === others.length && some.every((byte, index) => byte === others[index]);
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether a member is what it has to be. @typedef {(value: unknown) => boolean} Check */

/** @type {(least: number, most: number) => Check} */
const integer = (least, most) => (value) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most;
/** @type {(most: number) => Check} */
const string = (most) => (value) => typeof value === "string" && value.length > 0 && value.length <= most;
/** @type {(count: number) => Check} */
const digits = (count) => (value) => typeof value === "string" && value.length === count && /^[0-9a-f]*$/.test(value);
const anything = () => true;
const isFile = digits(32);
const isStream = integer(0, UINT32_MAX);
const isIndex = integer(0, PARTS_AT_MOST);
const STREAM = { file: isFile, stream: isStream };

/**
 * The members of each type, and what each has to be.
 * @type {{[Type in keyof Controls]: Record<keyof Controls[Type], Check>}}
 */
const SHAPES = {
  offer: {
    v: Number.isSafeInteger,
    file: isFile,
    name: string(NAME_AT_MOST),
    size: integer(0, Number.MAX_SAFE_INTEGER),
    mime: anything,
    part: integer(PART_AT_LEAST, PART_AT_MOST),
  },
  done: { ...STREAM, hash: digits(64) },
  fail: { ...STREAM, reason: string(REASON_AT_MOST) },
  withdraw: { file: isFile },
  get: { ...STREAM, from: isIndex, window: integer(1, Number.MAX_SAFE_INTEGER) },
  ack: { ...STREAM, next: isIndex },
  got: STREAM,
  stop: { ...STREAM, reason: string(REASON_AT_MOST) },
  seek: { files: (value) => Array.isArray(value) && value.length <= SEEK_AT_MOST && value.every(isFile) },
};

/**
 * @param {string} type
 * @returns {type is keyof Controls}
 */
function isKnown(type) {
  return Object.hasOwn(SHAPES, type);
}

/**
 * @param {Extract<Control, {type: "offer"}>} offer
 * @returns {Control | null}
 */
function soundOffer(offer) {
  if (partsOf(offer.size, offer.part) > PARTS_AT_MOST) return null;
  return { ...offer, mime: MIME.test(offer.mime) ? offer.mime : "" };
}

/** @param {unknown} data */
function magicOf(data) {
  const isBuffer = data instanceof ArrayBuffer || ArrayBuffer.isView(data);
  if (!isBuffer || data.byteLength < HEAD) return 0;
  const { buffer, byteOffset } = ArrayBuffer.isView(data) ? data : new Uint8Array(data);
  return new DataView(buffer, byteOffset).getUint32(0);
}

/**
 * @param {string} data
 * @returns {Record<string, unknown>}
 */
function parse(data) {
  // Most texts are not about files, and parsing all of them would cost a busy page its time.
  if (data.length > CONTROL_AT_MOST || !data.includes('"file-')) return {};
  if (new TextEncoder().encode(data).length > CONTROL_AT_MOST) return {};
  try {
    return Object(JSON.parse(data));
  } catch {
    return {};
  }
}
