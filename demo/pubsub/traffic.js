/** Publishes as many values a second as the person wants. */

const TICK_MS = 20;
/** A tick that comes late sends no more than this: a window that was hidden does not catch up. */
const BURST_AT_MOST = 400;
/** What waits to leave the page, in bytes: beyond this, a connection that is too slow is given time. */
const BUFFERED_AT_MOST = 1024 * 1024;

export class Traffic {
  #rate = document.getElementById("traffic-rate");
  #topics = document.getElementById("traffic-topics");
  #hub = null;
  #room = null;
  #timer = 0;
  #sent = 0;
  #due = 0;
  #last = 0;

  constructor() {
    this.#rate.addEventListener("change", () => this.#start());
  }

  /** @param {import('./hub.js').Hub} hub */
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
    if (this.#room.state !== "open" || this.#room.buffered > BUFFERED_AT_MOST) return;
    for (; this.#due >= 1; this.#due -= 1) this.#send(now);
  }

  #send(now) {
    const number = this.#sent++ % Number(this.#topics.value);
    this.#hub.publish(
      `traffic/${this.#room.id.slice(0, 4)}/${number}`,
      Math.round(50 + 50 * Math.sin(now / 1000 + number)),
    );
  }
}
