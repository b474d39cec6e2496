/** One page's part in the game over one connection: messages in, a tick, messages out. Knows no page and no clock. */

import { Playback } from "./playback.js";
import { decode, encodePing, encodePong, encodeViews } from "./wire.js";
import { Views } from "./views.js";
import { VIEW_EVERY, World } from "./world.js";

/** @import { Claims } from "./claims.js" */

/** At which sequence number of a second the others are asked for a sign of life. */
const PING_AT = VIEW_EVERY / 2;

/**
 * @typedef {object} Ways
 * @property {(data: ArrayBuffer) => void} send to all
 * @property {(id: string, data: ArrayBuffer) => void} sendTo to one
 * @property {() => number} now in milliseconds
 * @property {(id: string, ms: number) => void} [answered] how long a sign of life took there and back
 */

export class Session {
  views = new Views();
  /** @type {Map<string, Playback>} of each of the others */
  playbacks = new Map();
  #ways;
  /** @type {Map<string, {number: number, at: number}>} */
  #pings = new Map();

  /**
   * @param {string} id
   * @param {Ways} ways
   * @param {number} wish which seat one would like to have
   * @param {Session} [before] the one over the connection that was lost
   */
  constructor(id, ways, wish, before) {
    this.world = new World(id, wish, before?.world);
    this.#ways = ways;
  }

  /**
   * @param {string} id
   * @returns {boolean} false when there are too many people
   */
  come(id) {
    const { world } = this;
    if (!world.come(id)) return false;
    this.playbacks.set(id, new Playback());
    if (world.greets(id)) this.#ways.sendTo(id, world.snapshot());
    return true;
  }

  /**
   * @param {string} id
   * @returns {number} how many stars are left behind
   */
  go(id) {
    const left = this.world.holdings.filter((holding) => holding && holding.id === id && holding.inTail).length;
    this.world.go(id);
    this.views.go(id);
    this.playbacks.delete(id);
    this.#pings.delete(id);
    return left;
  }

  /**
   * What is no message of this game, or is not due from this sender in this way, has no effect.
   * @param {string} id
   * @param {unknown} data
   * @param {boolean} direct
   */
  hear(id, data, direct) {
    const message = decode(data);
    if (!message || !this.playbacks.has(id)) return;
    if (message.kind === "claims" && !direct) this.#claimed(id, message.claims);
    if (message.kind === "views" && !direct) this.views.compare(id, message.views);
    if (message.kind === "snapshot" && direct) this.world.hearSnapshot(message.owners);
    if (message.kind === "ping" && direct) this.#ways.sendTo(id, encodePong(message.number));
    if (message.kind === "pong" && direct) this.#answered(id, message.number);
  }

  /** @param {{dx: number, dy: number}} steering */
  tick(steering) {
    const { world, views } = this;
    const news = world.step(steering);
    if (news) this.#ways.send(news);
    views.note(world.id, world.own);
    const { seq } = world.own;
    if (seq % VIEW_EVERY === 0) this.#ways.send(encodeViews(views.latest()));
    if (seq % VIEW_EVERY === PING_AT) this.#ping(seq);
  }

  /**
   * @param {string} id
   * @param {Claims} claims
   */
  #claimed(id, claims) {
    if (!this.world.hear(id, claims)) return;
    this.views.note(id, claims);
    this.playbacks.get(id)?.push(claims, this.#ways.now());
  }

  /** @param {number} number */
  #ping(number) {
    for (const id of this.playbacks.keys()) {
      this.#pings.set(id, { number, at: this.#ways.now() });
      this.#ways.sendTo(id, encodePing(number));
    }
  }

  /**
   * @param {string} id
   * @param {number} number
   */
  #answered(id, number) {
    const ping = this.#pings.get(id);
    if (!ping || ping.number !== number) return;
    this.#pings.delete(id);
    this.#ways.answered?.(id, this.#ways.now() - ping.at);
  }
}
