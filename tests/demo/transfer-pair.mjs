/** Peers that hand each other files in one process: their messages pass one by one, and can be looked at, changed and held up. */

import { after } from "node:test";

import { Transfers } from "../../demo/shared/transfer/transfers.js";

/**
 * @import { Incoming } from "../../demo/shared/transfer/incoming.js"
 * @import { Carrier } from "../../demo/shared/transfer/transfers.js"
 * @import { Bytes } from "../../demo/shared/transfer/wire.js"
 */

/** @type {Transfers[]} */
const all = [];
/** No timer of theirs keeps the run waiting. */
after(() => all.forEach((transfers) => transfers.leave()));

/** What was sent, as it arrives. @typedef {string | ArrayBuffer} Sent */

/**
 * What a control message says, whatever its type.
 * @typedef {{type: string, reason?: string, next?: number, from?: number, [member: string]:
 *   unknown}} Control
 */

/** A message on its way. @typedef {{from: string, to: string, data: Sent}} Passing */

/** One who offers and receives, and what has come to it. */
export class Peer {
  /** @type {Incoming[]} */
  offered = [];
  /** @type {string[]} */
  floods = [];
  /** @type {Sent[]} */
  sent = [];

  /**
   * @param {string} id
   * @param {Carrier["send"]} send
   * @param {{part?: number, window?: number}} sizes
   */
  constructor(id, send, sizes) {
    this.id = id;
    this.transfers = new Transfers({ part: 4096, window: 16_384, ...sizes, send });
    all.push(this.transfers);
    this.transfers.addEventListener("offered", ({ detail }) => this.offered.push(detail));
    this.transfers.addEventListener("flood", ({ detail }) => this.floods.push(detail.from));
  }
}

/** What is sent arrives in a later task, in order, as on a channel. */
export class Wire {
  /** @type {Map<string, Peer>} */
  peers = new Map();
  /**
   * Sees each message before it arrives, and returns what arrives instead: nothing when it returns
   * null.
   * @type {(message: Passing) => Passing | null}
   */
  meddle = (message) => message;

  /**
   * @param {string} id
   * @param {{part?: number, window?: number}} [sizes]
   */
  join(id, sizes = {}) {
    const peer = new Peer(id, (to, data) => this.#send(peer, to, data), sizes);
    this.#enter(peer);
    return peer;
  }

  /**
   * The peer goes, as far as the others see.
   * @param {Peer} peer
   */
  lose(peer) {
    this.peers.delete(peer.id);
    for (const other of this.peers.values()) {
      other.transfers.go(peer.id);
      peer.transfers.go(other.id);
    }
  }

  /**
   * It comes back under another id.
   * @param {Peer} peer
   * @param {string} id
   */
  return(peer, id) {
    peer.id = id;
    this.#enter(peer);
  }

  /** @param {Peer} peer */
  #enter(peer) {
    const others = [...this.peers.values()];
    this.peers.set(peer.id, peer);
    for (const other of others) {
      other.transfers.come(peer.id);
      peer.transfers.come(other.id);
    }
  }

  /**
   * @param {Peer} from
   * @param {string | null} to
   * @param {string | Bytes} data
   */
  #send(from, to, data) {
    if (!this.peers.has(from.id) || (to !== null && !this.peers.has(to))) return false;
    const copy = typeof data === "string" ? data : data.slice().buffer;
    from.sent.push(copy);
    for (const id of to === null ? this.peers.keys() : [to])
      if (id !== from.id) this.#pass(from.id, id, copy, to !== null);
    return true;
  }

  /**
   * @param {string} from
   * @param {string} to
   * @param {Sent} data
   * @param {boolean} direct
   */
  #pass(from, to, data, direct) {
    setImmediate(() => {
      const message = this.meddle({ from, to, data });
      if (message && this.peers.has(from)) this.peers.get(to)?.transfers.hear(from, message.data, direct);
    });
  }
}

/** Keeps what it is given; a test may make it slow or make it fail. */
export class Memory {
  /** @type {Buffer<ArrayBuffer>[]} */
  bytes = [];
  written = 0;
  state = "open";
  /** Awaited by each write. @type {Promise<unknown> | null} */
  gate = null;
  /** @type {Error | null} */
  failure = null;

  /** @param {Bytes} bytes */
  async write(bytes) {
    await this.gate;
    if (this.failure) throw this.failure;
    this.bytes.push(Buffer.from(bytes));
    this.written += bytes.length;
  }

  async finish() {
    this.state = "finished";
    return new Blob(this.bytes);
  }

  async drop() {
    this.state = "dropped";
  }
}

/**
 * Resolves once an event has brought the state that is waited for.
 * @template {{addEventListener(type: "change", listener: () => void): void,
 *   removeEventListener(type: "change", listener: () => void): void}} Target
 * @param {Target} target
 * @param {(target: Target) => unknown} holds
 * @returns {Promise<void>}
 */
export function until(target, holds) {
  return new Promise((resolve) => {
    const look = () => {
      if (!holds(target)) return;
      target.removeEventListener("change", look);
      resolve();
    };
    target.addEventListener("change", look);
    look();
  });
}

/**
 * @param {string} state
 * @returns {(target: {state: string}) => boolean}
 */
export const is = (state) => (target) => target.state === state;

/**
 * A file whose bytes are all different from their neighbours.
 * @param {number} size
 * @param {string} [name]
 * @param {string} [type]
 */
export function file(size, name = "some.bin", type = "") {
  const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8) * 17) % 251);
  return new File([bytes], name, { type });
}

/**
 * Waits until nothing that was sent is on its way any more.
 * @param {number} [turns]
 */
export async function quiet(turns = 30) {
  for (let turn = 0; turn < turns; turn += 1)
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
}

/**
 * Waits for what no event tells; the test's own deadline ends it.
 * @param {() => unknown} holds
 */
export async function eventually(holds) {
  while (!holds()) await quiet(1);
}

/**
 * @param {Peer} peer
 * @param {number} count
 */
export const sentParts = (peer, count) => eventually(() => parts(peer) >= count);

/**
 * The last text that a peer has sent.
 * @param {Peer} peer
 * @returns {Control}
 */
export const lastControl = (peer) => JSON.parse(String(peer.sent.at(-1)));

/**
 * How many parts a peer has sent.
 * @param {Peer} peer
 */
export function parts(peer) {
  return peer.sent.filter((data) => typeof data !== "string").length;
}
