/** A player without a page, or whatever pretends to be one: a plain WebSocket that speaks the game's messages. */

import { once } from "node:events";

import WebSocket from "ws";

import { decodeHello, encodeHello } from "../../demo/shared/hello.js";
import { TICK_MS } from "../../demo/game/field.js";
import { Session } from "../../demo/game/session.js";
import { within } from "../browser/deadline.mjs";

/**
 * @import { RawData } from "ws"
 * @import { Ways } from "../../demo/game/session.js"
 */

const BROADCAST = 1;
const DIRECT = 2;

export class Robot {
  #socket;
  #name;
  /** @type {Session | null} */
  session = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #beat;
  #began = () => {};
  /** @type {Promise<void>} */
  #ready = new Promise((resolve) => {
    this.#began = resolve;
  });

  /**
   * @param {{ws: string}} proxy
   * @param {string} channel
   * @param {string} name
   */
  static async join(proxy, channel, name) {
    const robot = new Robot(new WebSocket(`${proxy.ws}/${channel}`), name);
    await within("a robot in its room", robot.#ready);
    return robot;
  }

  /**
   * One that never says hello.
   * @param {{ws: string}} proxy
   * @param {string} channel
   */
  static mute(proxy, channel) {
    return Robot.join(proxy, channel, "");
  }

  /**
   * @param {WebSocket} socket
   * @param {string} name of which it says nothing if it is empty
   */
  constructor(socket, name) {
    this.#socket = socket;
    this.#name = name;
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => (isBinary ? this.#bytes(data) : this.#frame(JSON.parse(String(data)))));
    socket.on("open", () => this.#tell({ action: "status" }));
  }

  /** Takes part in the game, resting. */
  play() {
    this.#beat = setInterval(() => this.session?.tick({ dx: 0, dy: 0 }), TICK_MS);
  }

  /**
   * Bytes to all, of whatever kind.
   * @param {ArrayBuffer | Uint8Array} data
   */
  shout(data) {
    this.#socket.send(Buffer.concat([Buffer.from([BROADCAST, 0]), new Uint8Array(data)]));
  }

  /**
   * Bytes to one.
   * @param {string} id
   * @param {ArrayBuffer | Uint8Array} data
   */
  whisper(id, data) {
    this.#socket.send(Buffer.concat([Buffer.from([DIRECT, id.length]), Buffer.from(id), new Uint8Array(data)]));
  }

  /** A text to all, or whatever else stands where one should. @param {unknown} data */
  say(data) {
    this.#tell({ action: "broadcast", data });
  }

  async leave() {
    clearInterval(this.#beat);
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await within("the end of a robot", closed);
  }

  /** @param {{action: string, source: string, target: string, data?: string}} frame */
  #frame({ action, source, target, data }) {
    const session = this.session ?? this.#begin(action === "status" ? target : source);
    if (action === "connect" && this.#name) this.#tell({ action: "message", target, data: this.#hello() });
    if (action === "disconnect") session.go(target);
    if (data !== undefined && decodeHello(data)) session.come(source);
  }

  /** @param {string} id */
  #begin(id) {
    /** @type {Ways} */
    const ways = {
      send: (data) => this.shout(data),
      sendTo: (to, data) => this.whisper(to, data),
      now: () => performance.now(),
    };
    const session = new Session(id, ways, 0);
    this.session = session;
    this.#began();
    return session;
  }

  /** @param {RawData} data */
  #bytes(data) {
    if (!Buffer.isBuffer(data)) throw new Error("The socket gives whole Buffers only.");
    const [kind, length] = data;
    const payload = Uint8Array.from(data.subarray(2 + length)).buffer;
    this.session?.hear(data.subarray(2, 2 + length).toString(), payload, kind === DIRECT);
  }

  /** @param {object} frame */
  #tell(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  #hello() {
    return encodeHello({ demo: "game", name: this.#name, here: 0, extra: {} });
  }
}
