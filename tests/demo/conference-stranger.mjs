/** A peer that is no page: a program that sends whatever a test wants into a channel. */

import { once } from "node:events";

import { WebSocket } from "ws";

import { within } from "../browser/deadline.mjs";

export class Stranger {
  #socket;
  /** Peers that are there, by id. */
  peers = new Set();
  /** Texts that came directly, oldest first. */
  heard = [];

  /** It leaves after the test. */
  static async join(t, proxy, channel) {
    const stranger = new Stranger(new WebSocket(`${proxy.ws}/network/${channel}`));
    t.after(() => stranger.#socket.close());
    await within("a stranger", once(stranger.#socket, "open"));
    return stranger;
  }

  constructor(socket) {
    this.#socket = socket;
    socket.on("message", (frame) => this.#take(JSON.parse(frame)));
  }

  /** Waits for the first peer. */
  async meet() {
    while (!this.peers.size) await within("a peer", once(this.#socket, "message"));
    return [...this.peers][0];
  }

  /** Waits until a direct text holds. */
  async hears(holds) {
    while (!this.heard.some(holds)) await within("a direct message", once(this.#socket, "message"));
  }

  broadcast(data) {
    this.#socket.send(JSON.stringify({ action: "broadcast", data }));
  }

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

  #take({ action, target, source, data }) {
    if (action === "connect") this.peers.add(target);
    if (action === "disconnect") this.peers.delete(target);
    if (action === "message") this.heard.push(data);
    if (action === "message") this.peers.add(source);
  }
}
