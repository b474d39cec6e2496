/** All that the page knows of the proxy: the rows of the feed as they are now, and when nothing was known. */

import { History } from "./history.js";
import { Meter } from "./meter.js";

/** @import { Frame, ProxyRow, LinkRow, CandidateRow, PeerRow, ChannelRow, EventRow } from "./rows.js" */

const EVENTS_AT_MOST = 1000;
/** After this time all has been told once, also where so much changes that the reader never knows all. */
const SNAPSHOT_MS = 60_000;
const KEYED = /** @type {const} */ (["links", "candidates", "slow", "peers", "channels"]);

/** Time in which nothing was known, in milliseconds of Unix time. @typedef {{from: number, to: number | null}} Gap */

export class Model {
  /** @type {ProxyRow | null} */
  proxy = null;
  /** @type {Map<string, LinkRow>} */
  links = new Map();
  /** @type {Map<string, CandidateRow>} */
  candidates = new Map();
  /** @type {Map<string, PeerRow>} */
  slow = new Map();
  /** @type {Map<string, PeerRow>} */
  peers = new Map();
  /** @type {Map<string, ChannelRow>} */
  channels = new Map();
  /** The oldest first. @type {EventRow[]} */
  events = [];
  /** @type {Gap[]} */
  gaps = [];
  /** All that there is was heard at least once. */
  isComplete = false;
  /** The channel whose peers are wanted. @type {string | null} */
  chosen = null;
  /** What it was heard of its messages and bytes. */
  linkRates = new Meter(2);
  channelRates = new Meter(1);
  history = new History();
  #known = new Set();
  /** The rows that a snapshot has had so far, after a gap. @type {Set<string> | null} */
  #fresh = null;
  #begun = 0;

  /** A snapshot follows. */
  begin() {
    this.#fresh = new Set();
    this.#begun = Date.now();
    this.isComplete = false;
  }

  /** What there is is known again. */
  regain() {
    const gap = this.gaps.at(-1);
    if (gap?.to === null) gap.to = Date.now();
  }

  /** Nothing is known from now on. */
  lose() {
    if (this.proxy && this.gaps.at(-1)?.to !== null) this.gaps.push({ from: Date.now(), to: null });
    this.history.pause();
  }

  get isLost() {
    return this.gaps.at(-1)?.to === null;
  }

  /** @param {Frame} frame */
  take({ rows, gone, complete }) {
    if (rows.proxy?.[0]) this.#meet(rows.proxy[0]);
    for (const kind of KEYED) {
      const map = this.#map(kind);
      for (const id of gone[kind] ?? []) map.delete(id);
      for (const row of rows[kind] ?? []) {
        map.set(row.id, row);
        this.#fresh?.add(`${kind}/${row.id}`);
      }
    }
    this.#remember(rows.events ?? []);
    if (complete) this.#settle();
  }

  /** @param {string | null} channel */
  choose(channel) {
    this.chosen = channel;
    this.peers.clear();
  }

  /** Takes a reading of all that grows. */
  measure() {
    if (this.isLost || !this.proxy) return;
    const now = Date.now();
    if (!this.isComplete && now > this.#begun + SNAPSHOT_MS) this.#settle();
    const bytes = (/** @type {LinkRow} */ link) => [link.received_bytes, link.sent_bytes];
    this.linkRates.read(
      now,
      [...this.links.values()].map((link) => [link.id, bytes(link)]),
    );
    this.channelRates.read(
      now,
      [...this.channels.values()].map((channel) => [channel.id, [channel.messages]]),
    );
    const links = [...this.links.values()].flatMap(bytes).reduce((sum, one) => sum + one, 0);
    const { messages, received_bytes: received, written_bytes: written } = this.proxy;
    this.history.read(now, [messages, received, written, links]);
  }

  /** @param {ProxyRow} proxy */
  #meet(proxy) {
    if (this.proxy && this.proxy.started_at !== proxy.started_at) {
      for (const kind of KEYED) this.#map(kind).clear();
      // Each start has digests and events of its own.
      this.#known.clear();
      this.chosen = null;
      this.history.pause();
    }
    this.proxy = proxy;
  }

  /** @param {EventRow[]} events */
  #remember(events) {
    const news = events.filter(({ id }) => !this.#known.has(id));
    for (const { id } of news) this.#known.add(id);
    if (!news.length) return;
    this.events = [...this.events, ...news].sort((one, other) => one.at - other.at).slice(-EVENTS_AT_MOST);
  }

  /** What the snapshot did not have is no more. */
  #settle() {
    this.isComplete = true;
    const fresh = this.#fresh;
    this.#fresh = null;
    if (!fresh) return;
    for (const kind of KEYED) {
      const map = this.#map(kind);
      for (const id of [...map.keys()]) if (!fresh.has(`${kind}/${id}`)) map.delete(id);
    }
  }

  /**
   * @param {typeof KEYED[number]} kind
   * @returns {Map<string, any>}
   */
  #map(kind) {
    return this[kind];
  }
}
