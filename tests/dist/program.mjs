/** A program in a channel, which knows the frames of the proxy: it says something, and takes what it hears one by one. */

import { once } from "node:events";

import WebSocket from "ws";

import { within } from "../browser/deadline.mjs";

/**
 * @import { TestContext } from "node:test"
 * @import { NwsProxy } from "../browser/proxy.mjs"
 */

/**
 * What a proxy says. A binary frame has the action `binary`.
 * @typedef {{action: string, source: string, target?: string, data?: unknown}} Frame
 */

const [BROADCAST, MESSAGE] = [1, 2];

export class Program {
  id = "";
  #socket;
  /** @type {Frame[]} */
  #heard = [];
  #arrival = () => {};

  /**
   * @param {TestContext} t
   * @param {NwsProxy} proxy
   * @param {string} channel
   */
  static async join(t, proxy, channel) {
    const program = new Program(new WebSocket(`${proxy.ws}/${channel}`));
    t.after(() => program.leave());
    ({ source: program.id } = await program.take("status"));
    return program;
  }

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.on("message", (data, isBinary) => {
      const bytes = /** @type {Buffer} */ (data);
      this.#heard.push(isBinary ? binary(bytes) : JSON.parse(String(bytes)));
      this.#arrival();
    });
  }

  /**
   * The next frame with an action. Frames before it are passed over.
   * @param {string} action
   * @returns {Promise<Frame>}
   */
  async take(action) {
    for (;;) {
      const frame = this.#heard.shift();
      if (frame?.action === action) return frame;
      if (!frame) await within(`a frame with the action ${action}`, this.#next());
    }
  }

  /** @param {unknown} data */
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

  /** @param {number[]} bytes */
  broadcastBytes(bytes) {
    this.#socket.send(Buffer.from([BROADCAST, 0, ...bytes]));
  }

  /**
   * @param {string} target
   * @param {number[]} bytes
   */
  tellBytes(target, bytes) {
    const id = Buffer.from(target);
    this.#socket.send(Buffer.concat([Buffer.from([MESSAGE, id.length]), id, Buffer.from(bytes)]));
  }

  async leave() {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await within("the end of a program", closed);
  }

  /** @returns {Promise<void>} */
  #next() {
    return new Promise((resolve) => {
      this.#arrival = resolve;
    });
  }
}

/**
 * @param {Buffer} frame
 * @returns {Frame}
 */
function binary(frame) {
  const end = 2 + frame[1];
  return { action: "binary", source: String(frame.subarray(2, end)), data: [frame[0], ...frame.subarray(end)] };
}
