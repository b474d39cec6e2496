/** Files between this page and its peers, over whatever carries messages: docs/files.md. No part of the page is touched here. */

import { Emitter } from "../events.js";
import { Receiving } from "./receiving.js";
import { Sending } from "./sending.js";
import { decodeControl, decodePart, isOfFiles, obstacle } from "./wire.js";

/**
 * @import { Control } from "./wire.js"
 * @import { Bytes } from "./wire.js"
 * @import { Outgoing } from "./outgoing.js"
 * @import { Incoming } from "./incoming.js"
 */

const BROADCAST = ["offer", "withdraw"];

/**
 * @typedef {object} Carrier
 * @property {(to: string | null, data: string | Bytes) => boolean} send to a peer, or with null to
 *   all; false when that cannot be
 * @property {(to: string) => Promise<void> | undefined} [ready] awaited before each part: when so
 *   little waits that more may
 * @property {number} part how many bytes of a file one message takes
 * @property {number} window how many may be on their way to this page
 */

/**
 * @typedef {object} TransferEvents
 * @property {Incoming} offered
 * @property {{from: string}} flood
 * @property {undefined} busy
 */

/**
 * Fires `offered` with an `Incoming` as detail, `flood` with `{from}` where a peer offered too
 * many, and `busy` when that has changed.
 * @extends {Emitter<TransferEvents>}
 */
export class Transfers extends Emitter {
  #sending;
  #receiving;
  #wasBusy = false;

  /** @param {Carrier} carrier */
  constructor(carrier) {
    super();
    this.#sending = new Sending(carrier, () => this.#moved());
    this.#receiving = new Receiving(carrier, {
      offered: (incoming) => this.#tell("offered", incoming),
      flood: (from) => this.#tell("flood", { from }),
      moved: () => this.#moved(),
    });
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
   * @returns {Outgoing} throws an Error with a sentence where that cannot be
   */
  offer(file, to = null) {
    if (this.obstacle) throw new Error(this.obstacle);
    return this.#sending.offer(file, to);
  }

  /**
   * A peer is there.
   * @param {string} id
   */
  come(id) {
    this.#receiving.come(id);
  }

  /** @param {string} id */
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

  /**
   * @param {string} from
   * @param {Control | null} message
   * @param {boolean} [direct]
   */
  #hearControl(from, message, direct) {
    if (!message || !((direct ?? true) || BROADCAST.includes(message.type))) return;
    if (message.type === "offer" && this.#sending.has(message.file)) return;
    this.#pass(from, message, direct === true);
  }

  /**
   * To the side that it is for.
   * @param {string} from
   * @param {Control} message
   * @param {boolean} direct
   */
  #pass(from, message, direct) {
    const { type } = message;
    if (type === "offer") this.#receiving.hearOffer(from, { ...message, direct });
    else if (type === "done") this.#receiving.hearDone(from, message);
    else if (type === "fail") this.#receiving.hearFail(from, message);
    else if (type === "withdraw") this.#receiving.hearWithdraw(from, message);
    else if (type === "get") this.#sending.hearGet(from, message);
    else if (type === "ack") this.#sending.hearAck(from, message);
    else if (type === "got") this.#sending.hearGot(from, message);
    else if (type === "stop") this.#sending.hearStop(from, message);
    else this.#sending.hearSeek(from, message);
  }

  #moved() {
    if (this.busy === this.#wasBusy) return;
    this.#wasBusy = this.busy;
    this.#tell("busy");
  }

  /**
   * @template {keyof TransferEvents} Type
   * @param {Type} type
   * @param {TransferEvents[Type]} [detail]
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
