/** Peers that hand each other files in one process: their messages pass one by one, and can be looked at, changed and held up. */

import { after } from "node:test";

import { Transfers } from "../../demo/shared/transfer/transfers.js";

const all = [];
/** No timer of theirs keeps the run waiting. */
after(() => all.forEach((transfers) => transfers.leave()));

/** What is sent arrives in a later task, in order, as on a channel. */
export class Wire {
  /** @type {Map<string, {transfers: Transfers, offered: object[], floods: string[], sent: object[]}>} */
  peers = new Map();
  /** Sees each message before it arrives, and returns what arrives instead: nothing when it returns null. */
  meddle = (message) => message;

  /** @param {{part?: number, window?: number}} [sizes] */
  join(id, sizes = {}) {
    const peer = { id, offered: [], floods: [], sent: [] };
    const carrier = { part: 4096, window: 16_384, ...sizes, send: (to, data) => this.#send(peer, to, data) };
    peer.transfers = new Transfers(carrier);
    all.push(peer.transfers);
    peer.transfers.addEventListener("offered", ({ detail }) => peer.offered.push(detail));
    peer.transfers.addEventListener("flood", ({ detail }) => peer.floods.push(detail.from));
    this.#enter(peer);
    return peer;
  }

  /** The peer goes, as far as the others see. */
  lose(peer) {
    this.peers.delete(peer.id);
    for (const other of this.peers.values()) {
      other.transfers.go(peer.id);
      peer.transfers.go(other.id);
    }
  }

  /** It comes back under another id. */
  return(peer, id) {
    peer.id = id;
    this.#enter(peer);
  }

  #enter(peer) {
    const others = [...this.peers.values()];
    this.peers.set(peer.id, peer);
    for (const other of others) {
      other.transfers.come(peer.id);
      peer.transfers.come(other.id);
    }
  }

  #send(from, to, data) {
    if (!this.peers.has(from.id) || (to !== null && !this.peers.has(to))) return false;
    const copy = typeof data === "string" ? data : data.slice().buffer;
    from.sent.push(copy);
    for (const id of to === null ? this.peers.keys() : [to])
      if (id !== from.id) this.#pass(from.id, id, copy, to !== null);
    return true;
  }

  #pass(from, to, data, direct) {
    setImmediate(() => {
      const message = this.meddle({ from, to, data });
      if (message && this.peers.has(from)) this.peers.get(to)?.transfers.hear(from, message.data, direct);
    });
  }
}

/** Keeps what it is given; a test may make it slow or make it fail. */
export class Memory {
  bytes = [];
  written = 0;
  state = "open";
  /** Awaited by each write. */
  gate = null;
  failure = null;

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

/** Resolves once an event has brought the state that is waited for. */
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

export const is = (state) => (target) => target.state === state;

/** A file whose bytes are all different from their neighbours. */
export function file(size, name = "some.bin", type = "") {
  const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8) * 17) % 251);
  return new File([bytes], name, { type });
}

/** Waits until nothing that was sent is on its way any more. */
export async function quiet(turns = 30) {
  for (let turn = 0; turn < turns; turn += 1)
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
}

/** Waits for what no event tells; the test's own deadline ends it. */
export async function eventually(holds) {
  while (!holds()) await quiet(1);
}

export const sentParts = (peer, count) => eventually(() => parts(peer) >= count);

/** How many parts a peer has sent. */
export function parts(peer) {
  return peer.sent.filter((data) => typeof data !== "string").length;
}
