/** A server that sends back what it gets: to a plain WebSocket as it is, to a channel as a peer named `echo` would. */
import { once } from "node:events";
import { Writable } from "node:stream";

import { WebSocketServer } from "ws";

import { bytesOrText } from "./frame.mjs";
import { portOf } from "./port.mjs";

/** @import { WebSocket } from "ws" */

/**
 * Texts that it obeys instead, with words behind them.
 * @type {Record<string, (socket: WebSocket, ...details: string[]) => void>}
 */
const ORDERS = {
  close: (socket, code, reason) => socket.close(code ? Number(code) : undefined, reason),
  terminate: (socket) => socket.terminate(),
  // A frame of a kind that does not exist: the client has to fail the connection.
  garble: (socket) => rawOf(socket).write(Buffer.from([0x83, 0])),
};

export class Echo {
  #server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  /** How each connection ended. @type {string[]} */
  ends = [];

  static async listen() {
    const echo = new Echo();
    echo.#server.on("connection", (socket, { url }) => echo.#serve(socket, url === "/plain" ? plain : channel));
    await once(echo.#server, "listening");
    return echo;
  }

  get endpoint() {
    return `ws://127.0.0.1:${portOf(this.#server)}`;
  }

  close() {
    this.#server.clients.forEach((socket) => socket.terminate());
    this.#server.close();
  }

  /**
   * @param {WebSocket} socket
   * @param {(socket: WebSocket, data: string | Buffer) => void} answer
   */
  #serve(socket, answer) {
    socket.on("error", () => {});
    socket.on("close", (code, reason) => this.ends.push(`${code} ${reason}`));
    socket.on("message", (data, binary) => answer(socket, bytesOrText(data, binary)));
  }
}

/**
 * The connection below: `ws` writes no frame that is wrong.
 * @param {WebSocket} socket
 * @returns {Writable}
 */
function rawOf(socket) {
  const raw = Reflect.get(socket, "_socket");
  if (!(raw instanceof Writable)) throw new Error("This version of ws keeps its connection elsewhere.");
  return raw;
}

/**
 * @param {WebSocket} socket
 * @param {string | Buffer} data
 */
function plain(socket, data) {
  obey(socket, data) || socket.send(data);
}

/**
 * @param {WebSocket} socket
 * @param {string | Buffer} frame
 */
function channel(socket, frame) {
  if (typeof frame !== "string") {
    socket.send(Buffer.concat([Buffer.from([frame[0], 4]), Buffer.from("echo"), frame.subarray(2 + frame[1])]));
    return;
  }
  const { action, data } = JSON.parse(frame);
  if (action === "status") {
    socket.send(JSON.stringify({ action: "connect", source: "me", target: "echo" }));
  } else if (!obey(socket, data)) {
    socket.send(JSON.stringify({ action, source: "echo", target: "me", data }));
  }
}

/**
 * @param {WebSocket} socket
 * @param {unknown} data
 */
function obey(socket, data) {
  const [order, ...details] = typeof data === "string" ? data.split(" ") : [];
  const known = Object.hasOwn(ORDERS, order);
  if (known) {
    ORDERS[order](socket, ...details);
  }
  return known;
}
