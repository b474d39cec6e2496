/** All files of one's own that are offered, and whose turn it is to get one. */

import { Delivery } from "./delivery.js";
import { Outgoing } from "./outgoing.js";
import { encodeControl, VERSION } from "./wire.js";

/**
 * @import { Controls } from "./wire.js"
 * @import { Stream } from "./wire.js"
 * @import { Carrier } from "./transfers.js"
 */

/** Each may be an open file on the disk, and a card on the page. */
const OFFERS_AT_MOST = 100;
/** Their windows together are what may wait in this page: 16 MiB. */
const RUNNING_AT_MOST = 8;
/** So that one person does not keep the others waiting. */
const RUNNING_TO_ONE = 2;
const WAITING_AT_MOST = 64;
const WAITING_TO_ONE = 16;

export class Sending {
  /** @type {Map<string, Outgoing>} */
  #offers = new Map();
  #carrier;
  #changed;
  /** @type {Set<Delivery>} */
  #waiting = new Set();
  /** @type {Set<Delivery>} */
  #running = new Set();

  /**
   * @param {() => void} changed
   * @param {Carrier} carrier
   */
  constructor(carrier, changed) {
    this.#carrier = carrier;
    this.#changed = changed;
  }

  get busy() {
    return this.#running.size + this.#waiting.size > 0;
  }

  /** @param {string} id */
  has(id) {
    return this.#offers.has(id);
  }

  /**
   * @param {File} file
   * @param {string | null} to
   */
  offer(file, to) {
    if (this.#offers.size >= OFFERS_AT_MOST)
      throw new Error(`You offer ${OFFERS_AT_MOST} files already: stop offering one first.`);
    const outgoing = new Outgoing(file, to, this.#carrier.part, () => this.#withdraw(outgoing));
    if (!this.#announce(outgoing, to)) throw new Error("Not connected: the file was not offered.");
    this.#offers.set(outgoing.id, outgoing);
    return outgoing;
  }

  /** @param {string} id */
  go(id) {
    for (const delivery of this.#of(id)) delivery.drop();
  }

  leave() {
    for (const delivery of [...this.#running, ...this.#waiting]) delivery.drop();
    this.#offers.clear();
  }

  /**
   * @param {string} from
   * @param {Controls["get"]} asked
   */
  hearGet(from, { file, stream, from: first, window }) {
    const outgoing = this.#offers.get(file);
    /** @param {string} reason */
    const refuse = (reason) => this.#carrier.send(from, encodeControl("fail", { file, stream, reason }));
    if (!outgoing || (outgoing.to !== null && outgoing.to !== from)) return refuse("unknown");
    if (first > outgoing.count) return refuse("bad-ack");
    const delivery = new Delivery(outgoing, this.#carrier, { to: from, stream, from: first, window }, () =>
      this.#moved(outgoing, delivery),
    );
    outgoing.take(delivery);
    const isFull = this.#waiting.size >= WAITING_AT_MOST || this.#of(from).length >= WAITING_TO_ONE;
    if (isFull) return delivery.fail("busy");
    this.#waiting.add(delivery);
    return this.#next();
  }

  /**
   * @param {string} from
   * @param {Controls["ack"]} message
   */
  hearAck(from, message) {
    this.#find(from, message)?.hearAck(message.next);
  }

  /**
   * @param {string} from
   * @param {Controls["got"]} message
   */
  hearGot(from, message) {
    this.#find(from, message)?.hearGot();
  }

  /**
   * @param {string} from
   * @param {Controls["stop"]} message
   */
  hearStop(from, message) {
    this.#find(from, message)?.hearStop(message.reason);
  }

  /**
   * Offers again what all had been offered before the connection was lost: nobody can prove to be
   * the one whom an offer was for.
   * @param {string} from
   * @param {Controls["seek"]} wanted
   */
  hearSeek(from, { files }) {
    for (const file of new Set(files)) {
      const outgoing = this.#offers.get(file);
      if (outgoing?.to === null) this.#announce(outgoing, from);
    }
  }

  /**
   * @param {Outgoing} outgoing
   * @param {string | null} to
   */
  #announce({ id, name, size, mime, part }, to) {
    return this.#carrier.send(
      to,
      encodeControl("offer", {
        v: VERSION,
        file: id,
        name: name.slice(0, 1024),
        size,
        mime: mime.slice(0, 100),
        part,
      }),
    );
  }

  /** @param {Outgoing} outgoing */
  #withdraw({ id, to }) {
    this.#offers.delete(id);
    this.#carrier.send(to, encodeControl("withdraw", { file: id }));
  }

  /**
   * @param {string} from
   * @param {Stream} stream
   */
  #find(from, { file, stream }) {
    const delivery = this.#offers.get(file)?.deliveries.get(from);
    return delivery?.stream === stream ? delivery : undefined;
  }

  /** @param {string} id */
  #of(id) {
    return [...this.#running, ...this.#waiting].filter(({ to }) => to === id);
  }

  /**
   * @param {Outgoing} outgoing
   * @param {Delivery} delivery
   */
  #moved(outgoing, delivery) {
    if (delivery.state === "received") outgoing.received += 1;
    if (!delivery.running) {
      this.#running.delete(delivery);
      this.#waiting.delete(delivery);
      this.#next();
    }
    outgoing.changed();
    this.#changed();
  }

  #next() {
    for (const delivery of [...this.#waiting]) {
      if (this.#running.size >= RUNNING_AT_MOST) break;
      const toSame = [...this.#running].filter(({ to }) => to === delivery.to).length;
      if (toSame < RUNNING_TO_ONE && this.#waiting.delete(delivery)) {
        this.#running.add(delivery);
        delivery.run();
      }
    }
    this.#changed();
  }
}
