/** The last value of each topic, decided by (Lamport clock, peer id): whoever has merged the same entries, in whatever order, holds the same. */

import { isTopic } from "./topic.js";

/** With `VALUE_AT_MOST` it bounds what a page keeps to some megabytes. */
export const TOPICS_AT_MOST = 2000;
/** Of a value as JSON, in characters. */
export const VALUE_AT_MOST = 4096;
/** Of entries that are sent together, in characters: at most 3 bytes each on the wire, where a message has at most 1 MiB. */
const PART_AT_MOST = 64 * 1024;
/** Of a message: commas and frame add to a part, and an entry alone may be longer than one. */
export const MESSAGE_AT_MOST = 2 * PART_AT_MOST;
/** Nobody who counts by one gets beyond it, as it rises by a million a second: so who claims the highest clock is passed at once. */
const CLOCKS_PER_MS = 1000;
const ID = /^[\w-]{1,64}$/;

/**
 * A value that a peer gave to a topic. One without a value clears the topic: it is kept all the same, so that an older value that
 * is still under way does not come back.
 * @typedef {{topic: string, clock: number, by: string, value?: unknown}} Entry
 */

export class Ledger {
  /** @type {Map<string, Entry>} */
  entries = new Map();
  /** The highest clock that was given or seen. */
  clock = 0;
  /** How many topics had to go because newer ones came. */
  dropped = 0;
  /** Of entries, which never change. @type {WeakMap<Entry, number>} */
  #hashes = new WeakMap();
  #now;

  constructor(now = Date.now) {
    this.#now = now;
  }

  /**
   * Keeps the entry if it is newer than what is there, and the topic is not older than all others of a full ledger.
   * @param {Entry} entry
   * @returns {boolean} whether it is kept
   */
  merge(entry) {
    return this.mergeAll([entry]).length > 0;
  }

  /**
   * The same of many at once.
   * @returns {Entry[]} those that are kept
   * @param {Entry[]} entries
   */
  mergeAll(entries) {
    const taken = entries.filter((entry) => this.#take(entry));
    const excess = this.entries.size - TOPICS_AT_MOST;
    if (excess > 0) this.#dropOldest(excess);
    return taken.filter((entry) => this.entries.get(entry.topic) === entry);
  }

  /**
   * Whether this very entry is the topic's last.
   * @param {Entry} entry
   */
  holds(entry) {
    const known = this.entries.get(entry.topic);
    return known !== undefined && compare(entry, known) === 0;
  }

  /**
   * A fingerprint of all entries up to a clock: equal where they are equal.
   * @param {number} upTo
   */
  sum(upTo) {
    let sum = 0;
    for (const entry of this.entries.values()) if (entry.clock <= upTo) sum = (sum + this.#hashOf(entry)) >>> 0;
    return sum;
  }

  /** @param {Entry} entry */
  #take(entry) {
    if (entry.clock > this.#now() * CLOCKS_PER_MS) return false;
    this.clock = Math.max(this.clock, entry.clock);
    const known = this.entries.get(entry.topic);
    if (known && compare(entry, known) <= 0) return false;
    this.entries.set(entry.topic, entry);
    return true;
  }

  /**
   * @param {Entry} entry
   * @returns {number}
   */
  #hashOf(entry) {
    const known = this.#hashes.get(entry);
    if (known !== undefined) return known;
    const made = hash(JSON.stringify(pack(entry)));
    this.#hashes.set(entry, made);
    return made;
  }

  /** @param {number} count */
  #dropOldest(count) {
    const entries = [...this.entries.values()];
    const oldest =
      count === 1
        ? [entries.reduce((least, entry) => (compare(entry, least) < 0 ? entry : least))]
        : entries.sort(compare).slice(0, count);
    for (const { topic } of oldest) this.entries.delete(topic);
    this.dropped += count;
  }
}

/** @param {Entry} entry */
const pack = ({ topic, clock, by, value }) => (value === undefined ? [topic, clock, by] : [topic, clock, by, value]);

/**
 * Entries as JSON texts of lists, none of them too long for one message.
 * @param {Entry[]} entries
 */
export function partsOf(entries) {
  /** @type {string[][]} */
  const parts = [];
  /** @type {string[]} */
  let part = [];
  let length = Infinity;
  for (const text of entries.map((entry) => JSON.stringify(pack(entry)))) {
    length += text.length;
    if (length > PART_AT_MOST) {
      length = text.length;
      part = [];
      parts.push(part);
    }
    part.push(text);
  }
  return parts.map((texts) => `[${texts}]`);
}

/**
 * @param {unknown} packed
 * @returns {Entry | null} null for what is none
 */
export function unpack(packed) {
  if (!Array.isArray(packed)) return null;
  const [topic, clock, by, value] = packed;
  const valid = isTopic(topic) && Number.isSafeInteger(clock) && clock > 0 && typeof by === "string" && ID.test(by);
  return valid && fits(value) ? { topic, clock, by, value } : null;
}

/**
 * @param {unknown} value
 * @returns {boolean} whether a value is not too long, nor nested too deeply to be written
 */
export function fits(value) {
  try {
    return value === undefined || JSON.stringify(value).length <= VALUE_AT_MOST;
  } catch {
    return false;
  }
}

/**
 * Two values under one stamp can only be a lie, but even that must end alike everywhere: the text
 * decides.
 * @param {Entry} one
 * @param {Entry} other
 */
function compare(one, other) {
  if (one.clock !== other.clock) return one.clock - other.clock;
  if (one.by !== other.by) return order(one.by, other.by);
  return one.value === other.value ? 0 : order(JSON.stringify(one.value) ?? "", JSON.stringify(other.value) ?? "");
}

/** @type {(one: string, other: string) => number} */
const order = (one, other) => Number(one > other) - Number(one < other);

/**
 * FNV-1a over UTF-16.
 * @param {string} text
 */
function hash(text) {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum >>> 0;
}
