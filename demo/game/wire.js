/**
 * What pages of the game say to each other, in binary, all numbers big-endian:
 *
 *   C0 01 claims                             to all, at every tick: where my comet is, and which stars are mine
 *   C0 02 count (id sequence digest)*        to all, once a second: how I see each player at that sequence number
 *   C0 03 count (id claims)*                 directly to a newcomer: all that I know
 *   C0 04 number, C0 05 number               directly: a question for a sign of life, and its answer
 *
 *   claims: sequence:4 seat:1 turn:2  x:2 y:2 vx:2 vy:2 dx:1 dy:1  tail:1 drift:1  (number:1 epoch:2 x:2 y:2 vx:2 vy:2)*
 *   id: length:1 and ASCII
 *
 * The sender's id is the relay's word, never the message's. Whatever is not exactly this is ignored as a whole.
 */

import { areDistinct } from "./claims.js";
import { UNTOUCHED } from "./epoch.js";
import { FINE, HEIGHT, SEATS, SPEED_MAX, STARS, WATCHING, WIDTH } from "./field.js";

/**
 * @import { Claims, Star } from "./claims.js"
 * @import { Moving } from "./flight.js"
 */

/**
 * How a page sees the player `id` at a sequence number.
 * @typedef {{id: string, seq: number, digest: number}} View
 */

/** @typedef {{id: string, claims: Claims}} Owner */

/**
 * @typedef {{kind: "claims", claims: Claims} | {kind: "views", views: View[]} | {kind: "snapshot",
 *   owners: Owner[]} |
 *   {kind: "ping", number: number} | {kind: "pong", number: number}} Message
 */

/** @typedef {Message["kind"]} Kind */

const MAGIC = 0xc0;
/** By the byte that stands for it. @type {(Kind | "")[]} */
const KINDS = ["", "claims", "views", "snapshot", "ping", "pong"];
/** The longest id that a proxy gives: 64 characters that a program chose, and 27 that name its proxy. */
const ID_MAX = 91;
/** More than this many players or watchers are not described in one message. */
export const OWNERS_MAX = 64;
const CLAIMS_BYTES = 19;
const STAR_BYTES = 11;

/** @param {Claims} claims */
export const encodeClaims = (claims) => message("claims", claimsBytes(claims), (to) => putClaims(to, claims));

/** @param {View[]} views */
export const encodeViews = (views) =>
  list(
    "views",
    views,
    () => 8,
    (to, { seq, digest }) => {
      to.u32(seq);
      to.u32(digest);
    },
  );

/** @param {Owner[]} owners */
export const encodeSnapshot = (owners) =>
  list(
    "snapshot",
    owners,
    ({ claims }) => claimsBytes(claims),
    (to, { claims }) => putClaims(to, claims),
  );

/** @param {number} number */
export const encodePing = (number) => message("ping", 4, (to) => to.u32(number));
/** @param {number} number */
export const encodePong = (number) => message("pong", 4, (to) => to.u32(number));

/** @type {Record<Kind, (from: Reader) => Message>} */
const BODIES = {
  claims: (from) => ({ kind: "claims", claims: getClaims(from) }),
  views: (from) => ({ kind: "views", views: getList(from, () => ({ seq: from.u32(), digest: from.u32() })) }),
  snapshot: (from) => ({ kind: "snapshot", owners: getList(from, () => ({ claims: getClaims(from) })) }),
  ping: (from) => ({ kind: "ping", number: from.u32() }),
  pong: (from) => ({ kind: "pong", number: from.u32() }),
};

/**
 * @param {unknown} data
 * @returns {Message | null} null for anything that is not one of these messages
 */
export function decode(data) {
  if (!(data instanceof ArrayBuffer)) return null;
  try {
    const from = new Reader(data);
    check(from.u8() === MAGIC);
    const kind = KINDS[from.u8()];
    check(kind);
    const decoded = BODIES[kind](from);
    check(from.isAtEnd);
    return decoded;
  } catch (failure) {
    if (failure instanceof RangeError) return null;
    throw failure;
  }
}

/**
 * @param {Writer} to
 * @param {Claims} claims
 */
function putClaims(to, { seq, seat, turn, comet, tail, drift }) {
  to.u32(seq);
  to.u8(seat);
  to.u16(turn);
  putBody(to, comet);
  to.i8(comet.dx);
  to.i8(comet.dy);
  to.u8(tail.length);
  to.u8(drift.length);
  for (const star of [...tail, ...drift]) {
    to.u8(star.number);
    to.u16(star.epoch);
    putBody(to, star);
  }
}

/**
 * @param {Reader} from
 * @returns {Claims}
 */
function getClaims(from) {
  const [seq, seat, turn] = [from.u32(), from.u8(), from.u16()];
  const comet = { ...getBody(from), dx: from.i8(), dy: from.i8() };
  const lengths = [from.u8(), from.u8()];
  check(lengths[0] + lengths[1] <= STARS);
  const [tail, drift] = lengths.map((length) => Array.from({ length }, () => getStar(from)));
  const claims = { seq, seat, turn, comet, tail, drift };
  check(seat < SEATS || (seat === WATCHING && tail.length === 0));
  check(areDistinct(claims) && tail.every(({ epoch }) => epoch !== UNTOUCHED));
  return claims;
}

/**
 * @param {Reader} from
 * @returns {Star}
 */
function getStar(from) {
  const [number, epoch] = [from.u8(), from.u16()];
  check(number < STARS);
  return { number, epoch, ...getBody(from) };
}

/**
 * @param {Writer} to
 * @param {Moving} body
 */
function putBody(to, { x, y, vx, vy }) {
  to.u16(x);
  to.u16(y);
  to.i16(vx);
  to.i16(vy);
}

/**
 * @param {Reader} from
 * @returns {Moving}
 */
function getBody(from) {
  const body = { x: from.u16(), y: from.u16(), vx: from.i16(), vy: from.i16() };
  check(body.x <= WIDTH && body.y <= HEIGHT);
  check(Math.max(Math.abs(body.vx), Math.abs(body.vy)) <= SPEED_MAX * FINE);
  return body;
}

/**
 * @template {{id: string}} Entry
 * @param {Kind} kind
 * @param {Entry[]} entries
 * @param {(entry: Entry) => number} bytes how many each takes after its id
 * @param {(to: Writer, entry: Entry) => void} put
 */
function list(kind, entries, bytes, put) {
  const sent = entries.slice(0, OWNERS_MAX);
  const length = sent.reduce((sum, entry) => sum + 1 + entry.id.length + bytes(entry), 1);
  return message(kind, length, (to) => {
    to.u8(sent.length);
    for (const entry of sent) {
      to.id(entry.id);
      put(to, entry);
    }
  });
}

/**
 * @template Body
 * @param {Reader} from
 * @param {() => Body} get
 */
function getList(from, get) {
  const count = from.u8();
  check(count <= OWNERS_MAX);
  return Array.from({ length: count }, () => ({ id: from.id(), ...get() }));
}

/**
 * @param {Kind} kind
 * @param {number} length
 * @param {(to: Writer) => void} put
 */
function message(kind, length, put) {
  const to = new Writer(2 + length);
  to.u8(MAGIC);
  to.u8(KINDS.indexOf(kind));
  put(to);
  return to.buffer;
}

/** @param {Claims} claims */
function claimsBytes({ tail, drift }) {
  return CLAIMS_BYTES + STAR_BYTES * (tail.length + drift.length);
}

/**
 * What a `DataView` throws at the end of its bytes, too.
 * @param {unknown} holds
 * @returns {asserts holds}
 */
function check(holds) {
  if (!holds) throw new RangeError("not a message of this game");
}

class Writer {
  #view;
  #at = 0;

  /** @param {number} length */
  constructor(length) {
    this.buffer = new ArrayBuffer(length);
    this.#view = new DataView(this.buffer);
  }

  /** @param {number} value */
  u8(value) {
    this.#view.setUint8(this.#step(1), value);
  }
  /** @param {number} value */
  i8(value) {
    this.#view.setInt8(this.#step(1), value);
  }
  /** @param {number} value */
  u16(value) {
    this.#view.setUint16(this.#step(2), value);
  }
  /** @param {number} value */
  i16(value) {
    this.#view.setInt16(this.#step(2), value);
  }
  /** @param {number} value */
  u32(value) {
    this.#view.setUint32(this.#step(4), value);
  }

  /** @param {string} text */
  id(text) {
    this.u8(text.length);
    for (const letter of text) this.u8(letter.charCodeAt(0));
  }

  /** @param {number} length */
  #step(length) {
    this.#at += length;
    return this.#at - length;
  }
}

class Reader {
  #view;
  #at = 0;

  /** @param {ArrayBuffer} buffer */
  constructor(buffer) {
    this.#view = new DataView(buffer);
  }

  get isAtEnd() {
    return this.#at === this.#view.byteLength;
  }
  u8() {
    return this.#view.getUint8(this.#step(1));
  }
  i8() {
    return this.#view.getInt8(this.#step(1));
  }
  u16() {
    return this.#view.getUint16(this.#step(2));
  }
  i16() {
    return this.#view.getInt16(this.#step(2));
  }
  u32() {
    return this.#view.getUint32(this.#step(4));
  }

  id() {
    const length = this.u8();
    check(length > 0 && length <= ID_MAX);
    return String.fromCharCode(...Array.from({ length }, () => this.u8()));
  }

  /** @param {number} length */
  #step(length) {
    this.#at += length;
    return this.#at - length;
  }
}
