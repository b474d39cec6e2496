/** All files that peers offer, and whose turn it is to be received. */

import { Incoming } from "./incoming.js";
import { encodeControl, SEEK_AT_MOST } from "./wire.js";

/**
 * @import { Controls, Offer, Part, Stream } from "./wire.js"
 * @import { Carrier } from "./transfers.js"
 */

const OFFERS_OF_ONE = 100;
const OFFERS_AT_MOST = 500;
/** Their windows together are what may come at once: 8 MiB, well below what a proxy lets wait for one page. */
const RUNNING_AT_MOST = 4;
/** So that one sender does not keep the others waiting. */
const RUNNING_OF_ONE = 2;

export class Receiving {
  /** @type {Map<string, Incoming>} in the order of their offers */
  #offers = new Map();
  #carrier;
  #tell;
  /** @type {Set<Incoming>} */
  #waiting = new Set();
  /** By the number of their stream. @type {Map<number, Incoming>} */
  #running = new Map();
  #streams = 0;
  /** @type {Set<string>} */
  #flooders = new Set();

  /**
   * @param {Carrier} carrier
   * @param {{offered: (incoming: Incoming) => void, flood: (from: string) => void, moved: () =>
   *   void}} tell
   */
  constructor(carrier, tell) {
    this.#carrier = carrier;
    this.#tell = tell;
  }

  get busy() {
    return this.#running.size + this.#waiting.size > 0;
  }

  /**
   * Asks who has come for what somebody who has gone offered to all: it may be the same one. What
   * was for this page alone is nobody else's to know.
   * @param {string} id
   */
  come(id) {
    const orphans = [...this.#offers.values()].filter(
      ({ state, present, direct }) => !present && !direct && (state === "away" || state === "interrupted"),
    );
    for (let start = 0; start < orphans.length; start += SEEK_AT_MOST) {
      const files = orphans.slice(start, start + SEEK_AT_MOST).map((incoming) => incoming.id);
      this.#carrier.send(id, encodeControl("seek", { files }));
    }
  }

  /** @param {string} id */
  go(id) {
    this.#flooders.delete(id);
    for (const incoming of this.#offers.values()) if (incoming.from === id) incoming.hearGone();
  }

  leave() {
    for (const incoming of this.#offers.values()) incoming.cancel();
    this.#offers.clear();
  }

  /**
   * @param {string} from
   * @param {Offer & {direct: boolean}} offer
   */
  hearOffer(from, offer) {
    const known = this.#offers.get(offer.file);
    if (known) return void (!known.present && !known.direct && known.matches(offer) && known.hearAgain(from));
    if (!this.#makeRoom(from)) return undefined;
    const incoming = new Incoming(offer, from, this.#carrier, {
      start: (begun) => this.#start(begun),
      settled: (ended) => this.#settled(ended),
    });
    this.#offers.set(incoming.id, incoming);
    return this.#tell.offered(incoming);
  }

  /**
   * @param {string} from
   * @param {Part} part
   */
  hearPart(from, part) {
    const incoming = this.#running.get(part.stream);
    if (incoming && incoming.from === from) incoming.hearPart(part);
  }

  /**
   * @param {string} from
   * @param {Controls["done"]} message
   */
  hearDone(from, message) {
    this.#find(from, message)?.hearDone(message.hash);
  }

  /**
   * @param {string} from
   * @param {Controls["fail"]} message
   */
  hearFail(from, message) {
    this.#find(from, message)?.hearFail(message.reason);
  }

  /**
   * @param {string} from
   * @param {Controls["withdraw"]} message
   */
  hearWithdraw(from, { file }) {
    const incoming = this.#offers.get(file);
    if (incoming && incoming.from === from) incoming.hearWithdrawn();
  }

  /**
   * @param {string} from
   * @param {Stream} message
   */
  #find(from, { file, stream }) {
    const incoming = this.#running.get(stream);
    return incoming && incoming.from === from && incoming.id === file ? incoming : undefined;
  }

  /** @param {Incoming} incoming */
  #start(incoming) {
    this.#waiting.add(incoming);
    this.#next();
  }

  /** @param {Incoming} incoming */
  #settled(incoming) {
    this.#waiting.delete(incoming);
    if (this.#running.get(incoming.stream) === incoming) this.#running.delete(incoming.stream);
    this.#next();
  }

  #next() {
    for (const incoming of [...this.#waiting]) {
      if (this.#running.size >= RUNNING_AT_MOST) break;
      const ofSame = [...this.#running.values()].filter(({ from }) => from === incoming.from).length;
      if (ofSame >= RUNNING_OF_ONE || !this.#waiting.delete(incoming)) continue;
      this.#streams += 1;
      this.#running.set(this.#streams, incoming);
      incoming.begin(this.#streams);
    }
    this.#tell.moved();
  }

  /**
   * @param {string} from
   * @returns {boolean} false when all that is known is being received
   */
  #makeRoom(from) {
    const all = [...this.#offers.values()];
    const own = all.filter((incoming) => incoming.from === from);
    if (own.length < OFFERS_OF_ONE && all.length < OFFERS_AT_MOST) return true;
    const crowd = own.length >= OFFERS_OF_ONE ? own : all;
    const [oldest] = crowd
      .filter((incoming) => worth(incoming) < NEEDED)
      .sort((one, other) => worth(one) - worth(other));
    if (!oldest || worth(oldest) === OPEN) this.#flood(from);
    if (!oldest) return false;
    this.#offers.delete(oldest.id);
    oldest.forget();
    return true;
  }

  /** @param {string} from */
  #flood(from) {
    if (this.#flooders.has(from)) return;
    this.#flooders.add(from);
    this.#tell.flood(from);
  }
}

const [SETTLED, ORPHAN, OPEN, NEEDED] = [0, 1, 2, 3];

/**
 * What is worth least is forgotten first.
 * @param {Incoming} incoming
 */
function worth({ state, running }) {
  if (state === "done" || state === "withdrawn") return SETTLED;
  if (state === "away") return ORPHAN;
  return running || state === "waiting" || state === "interrupted" ? NEEDED : OPEN;
}
