/** One file on its way to one receiver: parts in order, never more than a window ahead of what is stored there. */

import { Unsendable } from "./outgoing.js";
import { encodeControl, encodePart, lengthOf, WINDOW_AT_MOST } from "./wire.js";

/**
 * @import { Controls, Stream } from "./wire.js"
 * @import { Carrier } from "./transfers.js"
 * @import { Outgoing } from "./outgoing.js"
 */

/** Without an acknowledgement, though something is on its way. A page that works acknowledges in milliseconds. */
const STALL_MS = 30_000;

/** What takes longer from here to there and back lies in a queue, and an end of the file would lie behind it. */
const TRIP_AT_MOST_MS = 100;
/** Parts that are on their way before anything is known of the trip. */
const FIRST_PARTS = 2;

/** @type {Record<string, string>} */
const WHY = {
  busy: "Too many ask at once.",
  stalled: "Nothing arrives there any more.",
  changed: "The file has changed since it was offered.",
  unreadable: "The file cannot be read any more.",
  "bad-ack": "The other side says that it has what was not sent.",
  gone: "Left before the end.",
  hash: "It did not arrive there as it was sent.",
  order: "It did not arrive there as it was sent.",
  storage: "It could not be stored there.",
};

export class Delivery {
  /** @type {'waiting' | 'sending' | 'sent' | 'received' | 'ended'} */
  state = "waiting";
  /** Why it ended, in a sentence. */
  why = "";
  #outgoing;
  #carrier;
  #changed;
  /** Bytes that may be on their way: as many as the receiver allows, and as a trip without a queue takes. */
  #window;
  #windowAtMost;
  /** When the parts that are on their way were sent. @type {number[]} */
  #sentAt = [];
  /** The part to be sent next. */
  #next;
  /** The parts before it are stored. */
  #acknowledged;
  /** @type {() => void} */
  #wake = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #stall;

  /**
   * @param {Outgoing} outgoing
   * @param {Carrier} carrier
   * @param {{to: string, stream: number, from: number, window: number}} asked
   * @param {(delivery: Delivery) => void} changed
   */
  constructor(outgoing, carrier, { to, stream, from, window }, changed) {
    this.to = to;
    this.stream = stream;
    this.#outgoing = outgoing;
    this.#carrier = carrier;
    this.#changed = changed;
    this.#next = from;
    this.#acknowledged = from;
    this.#windowAtMost = Math.min(window, WINDOW_AT_MOST);
    this.#window = Math.min(FIRST_PARTS * outgoing.part, this.#windowAtMost);
  }

  get file() {
    return this.#outgoing.id;
  }

  get running() {
    return this.state === "sending" || this.state === "sent";
  }

  /** Bytes that are stored there. */
  get acknowledged() {
    return Math.min(this.#acknowledged * this.#outgoing.part, this.#outgoing.size);
  }

  async run() {
    this.#become("sending");
    try {
      while (this.state === "sending" && this.#next < this.#outgoing.count) await this.#step();
      if (this.state === "sending") await this.#finish();
    } catch (failure) {
      this.fail(failure instanceof Unsendable ? failure.reason : "unreadable");
    }
  }

  /** @param {number} next */
  hearAck(next) {
    if (!this.running) return undefined;
    if (next < this.#acknowledged || next > this.#next) return this.fail("bad-ack");
    if (next === this.#acknowledged) return undefined;
    this.#adapt(this.#sentAt.splice(0, next - this.#acknowledged).at(-1));
    this.#acknowledged = next;
    this.#watch();
    this.#wake();
    return this.#changed(this);
  }

  hearGot() {
    if (this.state !== "sent") return this.running && this.fail("bad-ack");
    this.#acknowledged = this.#outgoing.count;
    return this.#become("received");
  }

  /**
   * The receiver has ended it.
   * @param {string} reason
   */
  hearStop(reason) {
    const why = Object.hasOwn(WHY, reason) ? WHY[reason] : "Ended there.";
    this.#end(reason === "cancelled" ? "Cancelled there." : why);
  }

  /**
   * Ends it and says so to the receiver.
   * @param {string} reason
   */
  fail(reason) {
    if (!this.#end(reason === "cancelled" ? "Cancelled here." : WHY[reason])) return;
    this.#say("fail", { reason });
  }

  cancel() {
    this.fail("cancelled");
  }

  /** Ends it without a word: nobody is there to hear it, or all have been told. */
  drop(why = WHY.gone) {
    this.#end(why);
  }

  async #step() {
    if (!this.#fits) return this.#acknowledgement();
    const { bytes, hash } = await this.#outgoing.read(this.#next);
    await this.#carrier.ready?.(this.to);
    if (this.state !== "sending") return undefined;
    const part = encodePart({ stream: this.stream, index: this.#next, hash, bytes });
    if (!this.#carrier.send(this.to, part)) return this.drop();
    this.#next += 1;
    this.#sentAt.push(performance.now());
    if (!this.#stall) this.#watch();
    return undefined;
  }

  async #finish() {
    const hash = await this.#outgoing.digest();
    if (this.state !== "sending") return;
    this.#say("done", { hash });
    this.#become("sent");
    this.#watch();
  }

  get #onTheWay() {
    return this.#next - this.#acknowledged;
  }

  get #fits() {
    const { part } = this.#outgoing;
    return this.#onTheWay === 0 || this.#onTheWay * part + lengthOf(this.#outgoing, this.#next) <= this.#window;
  }

  /** @param {number | undefined} sentAt of the part that is stored now */
  #adapt(sentAt) {
    if (sentAt === undefined) return;
    const step = performance.now() - sentAt > TRIP_AT_MOST_MS ? -this.#outgoing.part : this.#outgoing.part;
    this.#window = Math.max(Math.min(this.#window + step, this.#windowAtMost), this.#outgoing.part);
  }

  /** @returns {Promise<void>} */
  #acknowledgement() {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #watch() {
    clearTimeout(this.#stall);
    const waits = this.running && (this.#onTheWay > 0 || this.state === "sent");
    this.#stall = waits ? setTimeout(() => this.fail("stalled"), STALL_MS) : undefined;
  }

  /**
   * @template {"done" | "fail"} Type
   * @param {Type} type
   * @param {Omit<Controls[Type], keyof Stream>} members
   */
  #say(type, members) {
    this.#carrier.send(this.to, encodeControl(type, { file: this.file, stream: this.stream, ...members }));
  }

  /** @param {string} why */
  #end(why) {
    if (this.state === "ended" || this.state === "received") return false;
    this.why = why;
    this.#become("ended");
    return true;
  }

  /** @param {Delivery["state"]} state */
  #become(state) {
    this.state = state;
    if (!this.running) clearTimeout(this.#stall);
    this.#wake();
    this.#changed(this);
  }
}
