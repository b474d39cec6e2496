/** The connection to one person: a browser's connection, what goes over it, and a new one when it has to be made anew. */

import { addressesOf } from "./addresses.js";
import { Negotiation } from "./negotiation.js";
import { ATTEMPTS_AT_MOST, encodeSignal } from "./signal.js";
import { measure } from "./statistics.js";

/** Data channels that both sides make by themselves, by number. */
const CHANNELS = { talk: 1, files: 2 };
/** Of one side: a machine has some interfaces with some addresses each. */
const ADDRESSES_AT_MOST = 32;
/** New connections that the other side may begin at once, and how long until it may begin another one: each costs memory and time. */
const BEGINNINGS_AT_MOST = 30;
const BEGINNING_MS = 5000;

/**
 * Fires `state` (`state` has changed), `tracks` (what arrives has) and `channels` (the data channels are new ones, or open).
 */
export class Link extends EventTarget {
  /** What arrives. @type {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} */
  tracks = { audio: null, video: null };
  /** @type {Record<'talk' | 'files', RTCDataChannel>} */
  channels;
  attempt = 1;
  /** When this attempt began, by `performance.now()`. */
  since = 0;
  /** Whether the other side has said anything of this attempt. */
  isHeard = false;
  /** Whether there has been a connection in this attempt. */
  wasConnected = false;
  /** Addresses that were offered in this attempt. */
  addresses = { own: new Set(), theirs: new Set(), isOwnComplete: false };
  /** What the browser last refused. */
  refusal = "";
  /** As of the last second. @type {import('./statistics.js').Measured | null} */
  measured = null;
  #open;
  #send;
  #isPolite;
  #isClosed = false;
  /** By when all beginnings of the other side are paid for, by `performance.now()`. */
  #paidBy = 0;
  /** What is to be sent. */
  #sent = { audio: null, video: null };
  #senders = { audio: null, video: null };
  #connection = null;
  #negotiation = null;
  /** Of the sound that arrives. */
  #ear = null;

  /**
   * @param {object} options
   * @param {() => RTCPeerConnection} options.open
   * @param {(text: string) => void} options.send to the other side's link
   * @param {boolean} options.isPolite
   * @param {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} options.sent
   */
  constructor({ open, send, isPolite, sent }) {
    super();
    this.#open = open;
    this.#send = send;
    this.#isPolite = isPolite;
    this.#sent = { ...sent };
    this.#begin(1);
  }

  /** @returns {RTCPeerConnectionState} */
  get state() {
    return this.#isClosed ? "closed" : this.#connection.connectionState;
  }

  get connection() {
    return this.#connection;
  }

  /** How loud it is, from 0 to 1. @returns {number | undefined} */
  get level() {
    return this.#ear?.getSynchronizationSources()[0]?.audioLevel;
  }

  get negotiation() {
    return this.#negotiation;
  }

  /** @param {NonNullable<ReturnType<import('./signal.js').decodeSignal>>} signal */
  receive({ attempt, ...signal }) {
    if (this.#isClosed || attempt < this.attempt) return undefined;
    if (attempt > this.attempt && !(this.#mayBegin() && this.#restart(attempt))) return undefined;
    this.isHeard = true;
    if (!("description" in signal || "candidate" in signal)) return undefined;
    addressesOf(signal).forEach((address) => this.#note("theirs", address));
    return this.#negotiation.receive(signal);
  }

  /** Sends this track of a kind, or none: without negotiating, where something of the kind has been sent before. */
  carry(kind, track) {
    this.#sent[kind] = track;
    if (this.#isClosed) return;
    const sender = this.#senders[kind];
    if (sender) sender.replaceTrack(track).catch((error) => this.#refused(error));
    else if (track) this.#addSender(kind, track);
  }

  /** A new connection: a browser tells more addresses once it may use a microphone, but not to one that it has. */
  renew() {
    if (this.#isClosed || this.attempt >= ATTEMPTS_AT_MOST) return;
    if (this.#restart(this.attempt + 1)) this.#send(encodeSignal(this.attempt, {}));
  }

  async measure() {
    const connection = this.#connection;
    const report = await connection.getStats();
    if (connection === this.#connection) this.measured = measure(report.values(), this.measured);
  }

  close() {
    this.#isClosed = true;
    this.#connection.close();
    this.#tell("state");
  }

  #mayBegin() {
    const now = performance.now();
    const paidBy = Math.max(this.#paidBy, now) + BEGINNING_MS;
    if (paidBy > now + BEGINNINGS_AT_MOST * BEGINNING_MS) return false;
    this.#paidBy = paidBy;
    return true;
  }

  /** @returns {boolean} whether the browser has made a connection */
  #restart(attempt) {
    try {
      this.#begin(attempt);
      return true;
    } catch (error) {
      this.wasConnected = false;
      this.#refused(error);
      return false;
    }
  }

  #begin(attempt) {
    const connection = this.#open();
    this.#connection?.close();
    this.#connection = connection;
    Object.assign(this, {
      attempt,
      since: performance.now(),
      isHeard: false,
      wasConnected: false,
      refusal: "",
      measured: null,
      tracks: { audio: null, video: null },
    });
    this.#ear = null;
    this.addresses = { own: new Set(), theirs: new Set(), isOwnComplete: false };
    this.#negotiation = new Negotiation(connection, {
      isPolite: this.#isPolite,
      send: (content) => connection === this.#connection && this.#send(encodeSignal(attempt, content)),
      onFault: (error) => connection === this.#connection && this.#refused(error),
    });
    this.#follow(connection);
    this.#openChannels(connection);
    this.#senders = { audio: null, video: null };
    for (const [kind, track] of Object.entries(this.#sent)) if (track) this.#addSender(kind, track);
    for (const type of ["tracks", "state"]) this.#tell(type);
  }

  #follow(connection) {
    const on = (type, then) =>
      connection.addEventListener(type, (event) => {
        if (connection === this.#connection) then(event);
      });
    on("track", ({ track, receiver }) => {
      this.tracks[track.kind] = track;
      if (track.kind === "audio") this.#ear = receiver;
      this.#tell("tracks");
    });
    on("connectionstatechange", () => this.#settled());
    on("icecandidate", ({ candidate }) => {
      if (candidate) addressesOf({ candidate }).forEach((address) => this.#note("own", address));
      else this.addresses.isOwnComplete = true;
    });
  }

  #settled() {
    if (this.state === "connected") this.wasConnected = true;
    // Tried for as long as the person is here: the browser lets half a minute pass between two failures.
    if (this.state === "failed") this.#connection.restartIce();
    this.#tell("state");
  }

  #openChannels(connection) {
    this.channels = {};
    for (const [name, id] of Object.entries(CHANNELS)) {
      const channel = connection.createDataChannel(name, { negotiated: true, id });
      channel.binaryType = "arraybuffer";
      channel.addEventListener("open", () => this.#tell("channels"));
      this.channels[name] = channel;
    }
    this.#tell("channels");
  }

  /** Each side sends over transceivers of its own, so that nothing has to be agreed upon who owns which. */
  #addSender(kind, track) {
    this.#senders[kind] = this.#connection.addTransceiver(track, { direction: "sendonly" }).sender;
  }

  #note(side, address) {
    if (this.addresses[side].size < ADDRESSES_AT_MOST) this.addresses[side].add(address);
  }

  #refused(error) {
    this.refusal = error.message;
    this.#tell("state");
  }

  #tell(type) {
    this.dispatchEvent(new CustomEvent(type));
  }
}
