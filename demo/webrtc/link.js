/** The connection to one person: a browser's connection, what goes over it, and a new one when it has to be made anew. */

import { Emitter } from "../shared/events.js";
import { messageOf } from "../shared/failure.js";
import { addressesOf } from "./addresses.js";
import { Negotiation } from "./negotiation.js";
import { ATTEMPTS_AT_MOST, encodeSignal } from "./signal.js";
import { measure } from "./statistics.js";

/**
 * @import { Measured } from "./statistics.js"
 * @import { Signal } from "./signal.js"
 */

/**
 * What goes from one to another.
 * @typedef {{audio: MediaStreamTrack | null, video: MediaStreamTrack | null}} Sent
 */

/** @typedef {"state" | "tracks" | "channels"} LinkEvent */

/** Data channels that both sides make by themselves, by number. */
const CHANNELS = { talk: 1, files: 2 };
/** Of one side: a machine has some interfaces with some addresses each. */
const ADDRESSES_AT_MOST = 32;
/** New connections that the other side may begin at once, and how long until it may begin another one: each costs memory and time. */
const BEGINNINGS_AT_MOST = 30;
const BEGINNING_MS = 5000;

/** @returns {{own: Set<string>, theirs: Set<string>, isOwnComplete: boolean}} */
const noAddresses = () => ({ own: new Set(), theirs: new Set(), isOwnComplete: false });

/**
 * Fires `state` (`state` has changed), `tracks` (what arrives has) and `channels` (the data channels are new ones, or open).
 * @extends {Emitter<Record<LinkEvent, undefined>>}
 */
export class Link extends Emitter {
  /** What arrives. @type {Sent} */
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
  addresses = noAddresses();
  /** What the browser last refused. */
  refusal = "";
  /** As of the last second. @type {Measured | null} */
  measured = null;
  #open;
  #send;
  #isPolite;
  #isClosed = false;
  /** By when all beginnings of the other side are paid for, by `performance.now()`. */
  #paidBy = 0;
  /** What is to be sent. @type {Sent} */
  #sent = { audio: null, video: null };
  /** @type {Record<keyof Sent, RTCRtpSender | null>} */
  #senders = { audio: null, video: null };
  /** @type {RTCPeerConnection} */
  #connection;
  /** @type {Negotiation} */
  #negotiation;
  /** Of the sound that arrives. @type {RTCRtpReceiver | null} */
  #ear = null;

  /**
   * @param {object} options
   * @param {() => RTCPeerConnection} options.open
   * @param {(text: string) => void} options.send to the other side's link
   * @param {boolean} options.isPolite
   * @param {Sent} options.sent
   */
  constructor({ open, send, isPolite, sent }) {
    super();
    this.#open = open;
    this.#send = send;
    this.#isPolite = isPolite;
    this.#sent = { ...sent };
    this.since = performance.now();
    this.#connection = open();
    this.#negotiation = this.#negotiate();
    this.channels = this.#openChannels();
    this.#follow();
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

  /** @param {Signal} signal */
  receive({ attempt, ...signal }) {
    if (this.#isClosed || attempt < this.attempt) return undefined;
    if (attempt > this.attempt && !(this.#mayBegin() && this.#restart(attempt))) return undefined;
    this.isHeard = true;
    if (!("description" in signal || "candidate" in signal)) return undefined;
    addressesOf(signal).forEach((address) => this.#note("theirs", address));
    return this.#negotiation.receive(signal);
  }

  /**
   * Sends this track of a kind, or none: without negotiating, where something of the kind has been
   * sent before.
   * @param {keyof Sent} kind
   * @param {MediaStreamTrack | null} track
   */
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

  /**
   * @param {number} attempt
   * @returns {boolean} whether the browser has made a connection
   */
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

  /** @param {number} attempt */
  #begin(attempt) {
    const connection = this.#open();
    this.#connection.close();
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
    this.addresses = noAddresses();
    this.#negotiation = this.#negotiate();
    this.channels = this.#openChannels();
    this.#tell("channels");
    this.#follow();
    this.#tell("tracks");
    this.#tell("state");
  }

  #negotiate() {
    const { attempt } = this;
    const connection = this.#connection;
    return new Negotiation(connection, {
      isPolite: this.#isPolite,
      send: (content) => connection === this.#connection && this.#send(encodeSignal(attempt, content)),
      onFault: (error) => connection === this.#connection && this.#refused(error),
    });
  }

  #follow() {
    const connection = this.#connection;
    /**
     * @template {keyof RTCPeerConnectionEventMap} Type
     * @param {Type} type
     * @param {(event: RTCPeerConnectionEventMap[Type]) => void} then
     */
    const on = (type, then) =>
      connection.addEventListener(type, (event) => {
        if (connection === this.#connection) then(event);
      });
    on("track", ({ track, receiver }) => {
      if (track.kind === "audio") this.#ear = receiver;
      if (track.kind === "audio") this.tracks.audio = track;
      else this.tracks.video = track;
      this.#tell("tracks");
    });
    on("connectionstatechange", () => this.#settled());
    on("icecandidate", ({ candidate }) => {
      if (candidate) addressesOf({ candidate }).forEach((address) => this.#note("own", address));
      else this.addresses.isOwnComplete = true;
    });
    const { audio, video } = this.#sent;
    this.#senders = { audio: null, video: null };
    if (audio) this.#addSender("audio", audio);
    if (video) this.#addSender("video", video);
  }

  #settled() {
    if (this.state === "connected") this.wasConnected = true;
    // Tried for as long as the person is here: the browser lets half a minute pass between two failures.
    if (this.state === "failed") this.#connection.restartIce();
    this.#tell("state");
  }

  #openChannels() {
    return { talk: this.#openChannel("talk"), files: this.#openChannel("files") };
  }

  /** @param {keyof typeof CHANNELS} name */
  #openChannel(name) {
    const channel = this.#connection.createDataChannel(name, { negotiated: true, id: CHANNELS[name] });
    channel.binaryType = "arraybuffer";
    channel.addEventListener("open", () => this.#tell("channels"));
    return channel;
  }

  /**
   * Each side sends over transceivers of its own, so that nothing has to be agreed upon who owns
   * which.
   * @param {keyof Sent} kind
   * @param {MediaStreamTrack} track
   */
  #addSender(kind, track) {
    this.#senders[kind] = this.#connection.addTransceiver(track, { direction: "sendonly" }).sender;
  }

  /**
   * @param {"own" | "theirs"} side
   * @param {string} address
   */
  #note(side, address) {
    if (this.addresses[side].size < ADDRESSES_AT_MOST) this.addresses[side].add(address);
  }

  /** @param {unknown} error */
  #refused(error) {
    this.refusal = messageOf(error);
    this.#tell("state");
  }

  /** @param {LinkEvent} type */
  #tell(type) {
    this.dispatchEvent(new CustomEvent(type));
  }
}
