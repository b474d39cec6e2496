/** A file of one's own that is offered: its parts and their hashes, and who gets it. */

import { Emitter } from "../events.js";
import { drawId, hashOf, lengthOf, PARTS_AT_MOST, partsOf, sameBytes, toHex } from "./wire.js";

/**
 * @import { Bytes } from "./wire.js"
 * @import { Delivery } from "./delivery.js"
 */

/** Ended deliveries that are remembered, so that a stranger who asks and asks costs nothing. */
const ENDED_AT_MOST = 50;

/** Why a file cannot be sent, as its receiver is told. */
export class Unsendable extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** Fires `change`. @extends {Emitter<{change: undefined}>} */
export class Outgoing extends Emitter {
  id = drawId();
  /** @type {'offered' | 'withdrawn'} */
  state = "offered";
  /** The last one to each receiver. @type {Map<string, Delivery>} */
  deliveries = new Map();
  /** How many have all of it. */
  received = 0;
  /** @type {Bytes[]} of parts that have been read once */
  #hashes = [];
  /** The one that is being made, for all who wait for it. @type {Promise<string> | null} */
  #digest = null;
  #withdraw;

  /**
   * @param {File} file
   * @param {string | null} to a peer's id, null for all
   * @param {number} part
   * @param {() => void} withdraw says so to those to whom it was offered
   */
  constructor(file, to, part, withdraw) {
    super();
    this.file = file;
    this.to = to;
    this.part = part;
    this.name = file.name || "file";
    this.size = file.size;
    this.mime = file.type;
    this.count = partsOf(file.size, part);
    this.#withdraw = withdraw;
    if (this.count > PARTS_AT_MOST)
      throw new Error(`${this.name} is too large: files have at most ${PARTS_AT_MOST * part} bytes.`);
  }

  /** Nobody gets it any more. */
  withdraw() {
    if (this.state === "withdrawn") return;
    this.state = "withdrawn";
    this.#withdraw();
    for (const delivery of this.deliveries.values()) delivery.drop("Cancelled here.");
    this.changed();
  }

  /** @param {Delivery} delivery takes the place of an older one to the same receiver */
  take(delivery) {
    this.deliveries.get(delivery.to)?.drop("Asked for again.");
    this.deliveries.delete(delivery.to);
    this.deliveries.set(delivery.to, delivery);
    this.changed();
  }

  changed() {
    const ended = [...this.deliveries.values()].filter(({ state }) => state === "ended" || state === "received");
    for (const { to } of ended.slice(0, -ENDED_AT_MOST)) this.deliveries.delete(to);
    this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {number} index
   * @returns {Promise<{bytes: Bytes, hash: Bytes}>}
   */
  async read(index) {
    const bytes = await this.#slice(index);
    const hash = await hashOf(bytes);
    this.#hashes[index] ??= hash;
    if (!sameBytes(hash, this.#hashes[index])) throw new Unsendable("changed");
    return { bytes, hash };
  }

  /** The hash of the hashes of all parts, as the end of a stream carries it: given up when nobody gets the file any more. */
  digest() {
    this.#digest ??= this.#read().finally(() => {
      this.#digest = null;
    });
    return this.#digest;
  }

  async #read() {
    const list = new Uint8Array(32 * this.count);
    for (let index = 0; index < this.count; index += 1) {
      if (![...this.deliveries.values()].some(({ running }) => running)) throw new Unsendable("cancelled");
      if (!this.#hashes[index]) await this.read(index);
      list.set(this.#hashes[index], 32 * index);
    }
    return toHex(await hashOf(list));
  }

  /** @param {number} index */
  async #slice(index) {
    const start = index * this.part;
    const length = lengthOf(this, index);
    try {
      const bytes = new Uint8Array(await this.file.slice(start, start + length).arrayBuffer());
      if (bytes.length === length) return bytes;
    } catch {
      throw new Unsendable("unreadable");
    }
    throw new Unsendable("changed");
  }
}
