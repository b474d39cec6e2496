/** A peer that is no page: a program that sends whatever a test wants into a channel. */

import { once } from "node:events";

import { WebSocket } from "ws";

import { within } from "../browser/deadline.mjs";

/**
 * @import { TestContext } from "node:test"
 * @import { NwsProxy } from "../browser/proxy.mjs"
 */

export class Stranger {
  #socket;
  /** Ids of the peers that are there. @type {Set<string>} */
  peers = new Set();
  /** Texts that came directly, oldest first. @type {string[]} */
  heard = [];

  /**
   * It leaves after the test.
   * @param {TestContext} t
   * @param {NwsProxy} proxy
   * @param {string} channel
   */
  static async join(t, proxy, channel) {
    const stranger = new Stranger(new WebSocket(`${proxy.ws}/network/${channel}`));
    t.after(() => stranger.#socket.close());
    await within("a stranger", once(stranger.#socket, "open"));
    return stranger;
  }

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.on("message", (frame) => this.#take(JSON.parse(String(frame))));
  }

  /** Waits for the first peer. */
  async meet() {
    while (!this.peers.size) await within("a peer", once(this.#socket, "message"));
    return [...this.peers][0];
  }

  /**
   * Waits until a direct text holds.
   * @param {(text: string) => boolean} holds
   */
  async hears(holds) {
    while (!this.heard.some(holds)) await within("a direct message", once(this.#socket, "message"));
  }

  /** A text to all, or whatever else stands where one should. @param {unknown} data */
  broadcast(data) {
    this.#socket.send(JSON.stringify({ action: "broadcast", data }));
  }

  /**
   * @param {string} target
   * @param {unknown} data
   */
  tell(target, data) {
    this.#socket.send(JSON.stringify({ action: "message", target, data }));
  }

  greet(fields = {}) {
    this.broadcast(
      JSON.stringify({
        type: "hello",
        demo: "webrtc",
        nick: "Mallory",
        here: 1,
        call: 1,
        sound: true,
        picture: "camera",
        ...fields,
      }),
    );
  }

  /** @param {{action: string, target: string, source: string, data: string}} frame */
  #take({ action, target, source, data }) {
    if (action === "connect") this.peers.add(target);
    if (action === "disconnect") this.peers.delete(target);
    if (action === "message") this.heard.push(data);
    if (action === "message") this.peers.add(source);
  }
}
