/** A file that a peer offers: whether one wants it, what of it has come, and whether that is whole. */

import { Emitter } from "../events.js";
import { messageOf, nameOf } from "../failure.js";
import { cleanFileName } from "./file-name.js";
import { encodeControl, hashOf, lengthOf, obstacle, partsOf, sameBytes, toHex, VERSION } from "./wire.js";

/**
 * @import { Bytes, Controls, Offer, Part, Stream } from "./wire.js"
 * @import { Carrier } from "./transfers.js"
 * @import { Sink } from "./sink.js"
 */

/** @type {Record<string, string>} */
const WHY = {
  gone: "Its sender is not there. It goes on when they are back.",
  private: "Its sender has left. It was offered to you alone, and cannot go on.",
  silent: "Nothing has come for a minute.",
  busy: "Too many ask the sender for files.",
  stalled: "It took too long to store what came.",
  unknown: "Its sender does not offer it any more.",
  changed: "The file has changed on the sender’s side since it was offered.",
  unreadable: "The sender’s page cannot read the file any more.",
  "bad-ack": "The sender says that this page answered wrongly.",
  order: "The sender sent parts in a wrong order or of a wrong size.",
  hash: "What came is not what was sent: its hash differs.",
  cancelled: "The sender ended it.",
};
/** What has come stays good when it ends by one of these. */
const PASSING = ["busy", "stalled", "unknown"];
/** A stream to which nothing comes for so long gives its place to another file. */
const SILENT_MS = 60_000;
const NEWER = "It is offered by a newer version of this program.";

/** Fires `change`. @extends {Emitter<{change: undefined}>} */
export class Incoming extends Emitter {
  /** @type {'offered' | 'waiting' | 'receiving' | 'checking' | 'done' | 'interrupted' | 'away' | 'failed' | 'cancelled' | 'withdrawn' | 'forgotten'} */
  state = "offered";
  /** Why it is not going on, in a sentence. */
  why = "";
  /** What came, where that does not lie on the disk. @type {Blob | null} */
  result = null;
  /** Whether its sender is there. */
  present = true;
  stream = -1;
  #start;
  #settled;
  #carrier;
  /** @type {Sink | null} */
  #sink = null;
  /** Of the parts that are stored. @type {Bytes[]} */
  #hashes = [];
  /** Parts that have come, stored or not. */
  #arrived = 0;
  /** Storing, part after part. @type {Promise<unknown>} */
  #work = Promise.resolve();
  /** Its hash has been compared: nothing can go wrong any more but the last of storing. */
  #whole = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;

  /**
   * @param {Offer & {direct: boolean}} offer
   * @param {string} from the sender's id
   * @param {Pick<Carrier, "send" | "window">} carrier
   * @param {{start(incoming: Incoming): void, settled(incoming: Incoming): void}} queue when it wants to begin, and has ended
   */
  constructor(offer, from, carrier, { start, settled }) {
    super();
    this.id = offer.file;
    this.from = from;
    this.name = cleanFileName(offer.name);
    this.size = offer.size;
    this.mime = offer.mime;
    this.direct = offer.direct;
    this.part = offer.part;
    this.count = partsOf(offer.size, offer.part);
    this.#carrier = carrier;
    this.#start = start;
    this.#settled = settled;
    if (offer.v !== VERSION) this.#become("failed", NEWER);
  }

  /** Bytes that have come and are stored. */
  get stored() {
    return Math.min(this.#hashes.length * this.part, this.size);
  }

  /** Whether it takes one of the places of those that are received. */
  get running() {
    return this.state === "receiving" || this.state === "checking";
  }

  get canGet() {
    return (
      this.present && (["offered", "cancelled"].includes(this.state) || (this.state === "failed" && this.why !== NEWER))
    );
  }

  get canCancel() {
    return !this.#whole && ["waiting", "receiving", "checking", "interrupted"].includes(this.state);
  }

  /** @param {Sink} sink */
  get(sink) {
    if (!this.canGet) return void sink.drop().catch(() => {});
    if (obstacle()) return this.#become("failed", obstacle());
    this.#sink = sink;
    this.#hashes = [];
    this.#whole = false;
    this.#ask();
  }

  /** Goes on with what is stored already. */
  resume() {
    if (this.state === "interrupted") this.#ask();
  }

  cancel() {
    if (!this.canCancel) return;
    this.#stop("cancelled");
    this.#end("cancelled", "");
  }

  /**
   * It is its turn.
   * @param {number} stream
   */
  begin(stream) {
    this.stream = stream;
    this.#become("receiving");
    this.#watch();
    this.#queue(() => this.#askFrom());
  }

  /**
   * Whether a new offer is about the same file.
   * @param {{name: string, size: number, part: number}} offer
   */
  matches({ name, size, part }) {
    return this.name === cleanFileName(name) && this.size === size && this.part === part;
  }

  /**
   * The sender is there again, under another id.
   * @param {string} from
   */
  hearAgain(from) {
    this.from = from;
    this.present = true;
    if (this.state === "away") this.#become("offered");
    if (this.state === "interrupted") this.#ask();
  }

  /** @param {Part} part */
  hearPart({ index, hash, bytes }) {
    if (this.state !== "receiving") return;
    const length = index < this.count ? lengthOf(this, index) : -1;
    const waiting = (this.#arrived - this.#hashes.length) * this.part;
    if (index !== this.#arrived || bytes.length !== length || waiting > this.#carrier.window)
      return this.#refuse("order");
    this.#arrived += 1;
    this.#watch();
    return this.#queue(() => this.#store(bytes, hash));
  }

  /** @param {string} digest */
  hearDone(digest) {
    if (this.state !== "receiving") return;
    if (this.#arrived !== this.count) return this.#refuse("order");
    return this.#queue(() => this.#check(digest));
  }

  /** @param {string} reason */
  hearFail(reason) {
    if (!this.running || this.#whole) return;
    const why = Object.hasOwn(WHY, reason) ? WHY[reason] : "The sender ended it.";
    if (PASSING.includes(reason)) this.#interrupt(why);
    else this.#end("failed", why);
  }

  hearWithdrawn() {
    if (this.state !== "done" && !this.#whole) this.#end("withdrawn", "");
  }

  hearGone() {
    this.present = false;
    if (this.#whole) return;
    if (this.direct && this.canCancel) return this.#end("failed", WHY.private);
    if (this.running || this.state === "waiting") this.#interrupt(WHY.gone);
    else if (this.state === "interrupted") this.#become("interrupted", WHY.gone);
    else if (["offered", "cancelled", "failed"].includes(this.state) && this.why !== NEWER) this.#become("away");
  }

  /** There is no room to remember it. */
  forget() {
    if (this.state !== "done" && this.state !== "withdrawn") this.#end("forgotten", "");
  }

  /** Ends a stream to which nothing comes. */
  #watch() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#hush(), SILENT_MS);
  }

  #hush() {
    const isStoring = this.#arrived > this.#hashes.length;
    if (isStoring) return this.#watch();
    this.#stop("stalled");
    return this.#interrupt(WHY.silent);
  }

  #ask() {
    this.#become("waiting");
    this.#start(this);
  }

  /**
   * Runs a task after those before it, unless the stream has ended until then.
   * @param {() => unknown} task
   */
  #queue(task) {
    const { stream } = this;
    this.#work = this.#work.then(() => (this.#runs(stream) ? task() : undefined));
  }

  /** @param {number} stream */
  #runs(stream) {
    return this.running && this.stream === stream;
  }

  #askFrom() {
    this.#arrived = this.#hashes.length;
    if (!this.#say("get", { from: this.#arrived, window: this.#carrier.window })) this.hearGone();
  }

  /**
   * @param {Bytes} bytes
   * @param {Bytes} hash
   */
  async #store(bytes, hash) {
    const { stream } = this;
    const stored = this.#hashes;
    const own = await hashOf(bytes);
    const sink = this.#sink;
    if (!sink || !this.#runs(stream)) return;
    if (!sameBytes(own, hash)) return void this.#refuse("hash");
    try {
      await sink.write(bytes);
    } catch (failure) {
      return void (this.#runs(stream) && this.#unstorable(failure));
    }
    stored.push(own);
    if (!this.#runs(stream)) return;
    this.#say("ack", { next: stored.length });
    this.#become("receiving");
  }

  /** @param {string} digest */
  async #check(digest) {
    this.#become("checking");
    const list = new Uint8Array(32 * this.count);
    this.#hashes.forEach((hash, index) => list.set(hash, 32 * index));
    const own = toHex(await hashOf(list));
    if (this.state !== "checking") return;
    if (own !== digest) return void this.#refuse("hash");
    this.#whole = true;
    await this.#finish();
  }

  async #finish() {
    if (!this.#sink) return;
    try {
      this.result = await this.#sink.finish();
    } catch (failure) {
      return void this.#unstorable(failure);
    }
    this.#sink = null;
    this.#say("got", {});
    this.#become("done");
    this.#settled(this);
  }

  /** @param {unknown} failure */
  #unstorable(failure) {
    this.#stop("storage");
    const full = nameOf(failure) === "QuotaExceededError";
    this.#end(
      "failed",
      full
        ? "There is no room left to store it: make some and try again."
        : `It could not be stored: ${messageOf(failure)}`,
    );
  }

  /** @param {string} reason */
  #refuse(reason) {
    this.#stop(reason);
    this.#end("failed", WHY[reason]);
  }

  /** @param {string} why */
  #interrupt(why) {
    this.#become("interrupted", why);
    this.#settled(this);
  }

  /**
   * @param {Incoming["state"]} state
   * @param {string} why
   */
  #end(state, why) {
    const sink = this.#sink;
    this.#sink = null;
    this.#hashes = [];
    this.#whole = false;
    this.#become(state, why);
    this.#settled(this);
    this.#work.then(() => sink?.drop()).catch(() => {});
  }

  /** @param {string} reason */
  #stop(reason) {
    if (this.running) this.#say("stop", { reason });
  }

  /**
   * @template {"get" | "ack" | "got" | "stop"} Type
   * @param {Type} type
   * @param {Omit<Controls[Type], keyof Stream>} members
   */
  #say(type, members) {
    return this.#carrier.send(this.from, encodeControl(type, { file: this.id, stream: this.stream, ...members }));
  }

  /**
   * @param {Incoming["state"]} state
   * @param {string} [why]
   */
  #become(state, why = "") {
    this.state = state;
    this.why = why;
    if (state !== "receiving") clearTimeout(this.#silence);
    this.dispatchEvent(new Event("change"));
  }
}
