/** A program in a channel that knows the frames of the proxy and nothing else: it says what the test wants, true or not. */

import { once } from "node:events";

import WebSocket from "ws";

import { within } from "../browser/deadline.mjs";

/**
 * @import { RawData } from "ws"
 * @import { NwsProxy } from "../browser/proxy.mjs"
 */

/** What is said: a text, or what becomes JSON. @typedef {string | object} Said */

export class Stranger {
  /** Ids of those who are there. @type {Set<string>} */
  peers = new Set();
  /**
   * What it was told directly: what its JSON says, and binary messages.
   * @type {(Record<string, unknown> | RawData)[]}
   */
  heard = [];
  #socket;
  /** @type {{holds: (stranger: Stranger) => unknown, resolve: () => void}[]} */
  #waiting = [];

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.on("message", (data, isBinary) => this.#hear(data, isBinary));
  }

  /**
   * @param {NwsProxy} proxy
   * @param {string} channel
   * @param {Said | null} [greeting]
   */
  static async join(proxy, channel, greeting = { type: "hello", demo: "chat", nick: "Mallory", here: 0 }) {
    const stranger = new Stranger(new WebSocket(`${proxy.ws}/${channel}`));
    await within("a stranger to be let in", once(stranger.#socket, "open"));
    await stranger.until(({ peers }) => peers.size > 0);
    if (greeting) stranger.broadcast(greeting);
    return stranger;
  }

  /** @param {Said} said */
  broadcast(said) {
    this.#socket.send(JSON.stringify({ action: "broadcast", data: textOf(said) }));
  }

  /**
   * To all who are there, directly.
   * @param {Said} said
   */
  tell(said) {
    for (const target of this.peers)
      this.#socket.send(JSON.stringify({ action: "message", target, data: textOf(said) }));
  }

  /** @param {Uint8Array} bytes */
  tellBytes(bytes) {
    for (const target of this.peers) {
      const id = Buffer.from(target);
      this.#socket.send(Buffer.concat([Buffer.from([2, id.length]), id, bytes]));
    }
  }

  /**
   * Waits for what it hears.
   * @param {(stranger: Stranger) => unknown} holds
   * @returns {Promise<void> | undefined}
   */
  until(holds) {
    if (holds(this)) return undefined;
    return within(
      "something that a stranger hears",
      new Promise((resolve) => {
        this.#waiting.push({ holds, resolve });
      }),
    );
  }

  /**
   * The last control message of a type that it was sent.
   * @param {string} type
   */
  last(type) {
    const controls = this.heard.flatMap((said) => ("type" in said && said.type === type ? [said] : []));
    return controls.at(-1);
  }

  leave() {
    this.#socket.close();
  }

  /**
   * @param {RawData} data
   * @param {boolean} isBinary
   */
  #hear(data, isBinary) {
    if (isBinary) this.heard.push(data);
    else this.#take(JSON.parse(String(data)));
    for (const { holds, resolve } of this.#waiting) if (holds(this)) resolve();
  }

  /** @param {{action: string, target: string, data: string}} frame */
  #take({ action, target, data }) {
    if (action === "connect") this.peers.add(target);
    if (action === "disconnect") this.peers.delete(target);
    if (action === "message") this.heard.push(JSON.parse(data));
  }
}

/** @param {Said} said */
const textOf = (said) => (typeof said === "string" ? said : JSON.stringify(said));
