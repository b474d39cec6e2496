/** A program in a channel that knows the frames of the proxy and nothing else: it says what the test wants, true or not. */

import { once } from "node:events";

import WebSocket from "ws";

import { within } from "../browser/deadline.mjs";

export class Stranger {
  /** Ids of those who are there. @type {Set<string>} */
  peers = new Set();
  /** What it was told directly: texts and binary messages. */
  heard = [];
  #socket;
  #waiting = [];

  static async join(proxy, channel, greeting = { type: "hello", demo: "chat", nick: "Mallory", here: 0 }) {
    const stranger = new Stranger();
    stranger.#socket = new WebSocket(`${proxy.ws}/${channel}`);
    stranger.#socket.on("message", (data, isBinary) => stranger.#hear(data, isBinary));
    await within("a stranger to be let in", once(stranger.#socket, "open"));
    await stranger.until(({ peers }) => peers.size > 0);
    if (greeting) stranger.broadcast(greeting);
    return stranger;
  }

  broadcast(said) {
    this.#socket.send(JSON.stringify({ action: "broadcast", data: textOf(said) }));
  }

  /** To all who are there, directly. */
  tell(said) {
    for (const target of this.peers)
      this.#socket.send(JSON.stringify({ action: "message", target, data: textOf(said) }));
  }

  tellBytes(bytes) {
    for (const target of this.peers) {
      const id = Buffer.from(target);
      this.#socket.send(Buffer.concat([Buffer.from([2, id.length]), id, bytes]));
    }
  }

  /** Waits for what it hears. */
  until(holds) {
    if (holds(this)) return undefined;
    return within(
      "something that a stranger hears",
      new Promise((resolve) => {
        this.#waiting.push({ holds, resolve });
      }),
    );
  }

  /** The last control message of a type that it was sent. */
  last(type) {
    return this.heard.filter((said) => said?.type === type).at(-1);
  }

  leave() {
    this.#socket.close();
  }

  #hear(data, isBinary) {
    if (isBinary) this.heard.push(data);
    else this.#take(JSON.parse(data));
    for (const { holds, resolve } of this.#waiting) if (holds(this)) resolve();
  }

  #take({ action, target, data }) {
    if (action === "connect") this.peers.add(target);
    if (action === "disconnect") this.peers.delete(target);
    if (action === "message") this.heard.push(JSON.parse(data));
  }
}

const textOf = (said) => (typeof said === "string" ? said : JSON.stringify(said));
