/** Publishes as many values a second as the person wants. */

import { byId } from "../shared/element.js";

/**
 * @import { Room } from "../shared/room.js"
 * @import { Hub } from "./hub.js"
 */

const TICK_MS = 20;
/** A tick that comes late sends no more than this: a window that was hidden does not catch up. */
const BURST_AT_MOST = 400;
/** What waits to leave the page, in bytes: beyond this, a connection that is too slow is given time. */
const BUFFERED_AT_MOST = 1024 * 1024;

export class Traffic {
  #rate = byId("traffic-rate", HTMLSelectElement);
  #topics = byId("traffic-topics", HTMLSelectElement);
  /** @type {Hub | null} */
  #hub = null;
  /** @type {Room | null} */
  #room = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #sent = 0;
  #due = 0;
  #last = 0;

  constructor() {
    this.#rate.addEventListener("change", () => this.#start());
  }

  /**
   * @param {Hub} hub
   * @param {Room} room
   */
  follow(hub, room) {
    this.#hub = hub;
    this.#room = room;
  }

  rest() {
    this.#rate.value = "0";
    this.#start();
  }

  #start() {
    clearInterval(this.#timer);
    this.#last = performance.now();
    this.#due = 0;
    if (Number(this.#rate.value)) this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  #tick() {
    const now = performance.now();
    this.#due = Math.min(this.#due + ((now - this.#last) * Number(this.#rate.value)) / 1000, BURST_AT_MOST);
    this.#last = now;
    const room = this.#room;
    if (room?.state !== "open" || room.buffered > BUFFERED_AT_MOST) return;
    for (; this.#due >= 1; this.#due -= 1) this.#send(room, now);
  }

  /**
   * @param {Room} room
   * @param {number} now
   */
  #send(room, now) {
    const number = this.#sent++ % Number(this.#topics.value);
    this.#hub?.publish(`traffic/${room.id.slice(0, 4)}/${number}`, Math.round(50 + 50 * Math.sin(now / 1000 + number)));
  }
}
