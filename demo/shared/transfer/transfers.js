/** Files between this page and its peers, over whatever carries messages: docs/files.md. No part of the page is touched here. */

import { Receiving } from "./receiving.js";
import { Sending } from "./sending.js";
import { decodeControl, decodePart, isOfFiles, obstacle } from "./wire.js";

const OF_SENDER = { offer: "hearOffer", done: "hearDone", fail: "hearFail", withdraw: "hearWithdraw" };
const OF_RECEIVER = { get: "hearGet", ack: "hearAck", got: "hearGot", stop: "hearStop", seek: "hearSeek" };
const BROADCAST = ["offer", "withdraw"];

/**
 * @typedef {object} Carrier
 * @property {(to: string | null, data: string | Uint8Array) => boolean} send to a peer, or with null to all; false when that cannot be
 * @property {(to: string) => Promise<void> | undefined} [ready] awaited before each part: when so little waits that more may
 * @property {number} part how many bytes of a file one message takes
 * @property {number} window how many may be on their way to this page
 */

/** Fires `offered` with an `Incoming` as detail, `flood` with `{from}` where a peer offered too many, and `busy` when that has changed. */
export class Transfers extends EventTarget {
  #sending;
  #receiving;
  #wasBusy = false;

  /** @param {Carrier} carrier */
  constructor(carrier) {
    super();
    this.#sending = new Sending(carrier, () => this.#moved());
    this.#receiving = new Receiving(carrier, (type, detail) =>
      type === "moved" ? this.#moved() : this.#tell(type, detail),
    );
  }

  /** Why nothing can be sent or received here, in a sentence: empty where it can. */
  get obstacle() {
    return obstacle();
  }

  get busy() {
    return this.#sending.busy || this.#receiving.busy;
  }

  /**
   * @param {File} file
   * @param {string | null} to a peer's id, null for all
   * @returns {import('./outgoing.js').Outgoing} throws an Error with a sentence where that cannot be
   */
  offer(file, to = null) {
    if (this.obstacle) throw new Error(this.obstacle);
    return this.#sending.offer(file, to);
  }

  /** A peer is there. */
  come(id) {
    this.#receiving.come(id);
  }

  go(id) {
    this.#sending.go(id);
    this.#receiving.go(id);
  }

  /** The person leaves: all ends. */
  leave() {
    this.#sending.leave();
    this.#receiving.leave();
  }

  /**
   * @param {string} from the peer whose message it is
   * @param {string | ArrayBuffer} data
   * @param {boolean} [direct] whether it came to this page alone; nothing where the carrier has one way to each peer and no other
   * @returns {boolean} whether it was about files, and so is dealt with
   */
  hear(from, data, direct) {
    if (!isOfFiles(data)) return false;
    if (typeof data === "string") this.#hearControl(from, decodeControl(data), direct);
    else if (direct ?? true) this.#receiving.hearPart(from, decodePart(data));
    return true;
  }

  #hearControl(from, message, direct) {
    if (!message || !((direct ?? true) || BROADCAST.includes(message.type))) return;
    if (message.type === "offer" && this.#sending.has(message.file)) return;
    if (Object.hasOwn(OF_SENDER, message.type))
      this.#receiving[OF_SENDER[message.type]](from, { ...message, direct: direct === true });
    else this.#sending[OF_RECEIVER[message.type]](from, message);
  }

  #moved() {
    if (this.busy === this.#wasBusy) return;
    this.#wasBusy = this.busy;
    this.#tell("busy");
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
