/** A proxy that says what a vector tells it to, and nothing else. */

import { once } from "node:events";
import { createServer } from "node:http";

import { WebSocketServer } from "ws";

import { Queue } from "./queue.mjs";

/** @import { WebSocket } from "ws" */

/** What a client sends: a text, bytes, or its close. @typedef {{text: string} | {hex: string} | {closes: {code: number, reason: string}}} Heard */

const STATUS = JSON.stringify({ service: "networkwebsockets", protocol: 1, origin: "allowed" });

export class ScriptedProxy {
  #server = createServer((request, response) => {
    const isStatus = request.url?.split("?")[0] === "/status";
    response.writeHead(isStatus ? 200 : 404, { "access-control-allow-origin": "*" }).end(isStatus ? STATUS : "");
  });
  #sockets = new WebSocketServer({ server: this.#server });
  /** @type {Queue<Connection>} */
  #connections = new Queue("a connection of the client");
  #port = 0;
  #patience;

  /** @param {number} patience in milliseconds */
  constructor(patience) {
    this.#patience = patience;
    this.#sockets.on("connection", (socket, { url = "" }) => {
      this.#connections.push(new Connection(socket, url, patience));
    });
  }

  /** Listens, after the first time at the same place. */
  async start() {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    this.#port = address && typeof address === "object" ? address.port : 0;
  }

  /** As if it were killed: connections break, and nobody answers. */
  async leave() {
    this.clear();
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  get endpoint() {
    return `ws://127.0.0.1:${this.#port}`;
  }

  /** The next connection of a client. */
  accept() {
    return this.#connections.next(this.#patience);
  }

  /** Breaks what is left of connections. */
  clear() {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#connections = new Queue("a connection of the client");
  }

  async stop() {
    if (this.#server.listening) await this.leave();
  }
}

export class Connection {
  /** @type {Queue<Heard>} */
  #heard = new Queue("a frame of the client");
  #questions = 0;
  #status = "";

  /**
   * @param {WebSocket} socket
   * @param {string} path
   * @param {number} patience
   */
  constructor(socket, path, patience) {
    this.socket = socket;
    this.path = path;
    this.patience = patience;
    socket.on("message", (data, isBinary) => {
      const bytes = /** @type {Buffer} */ (data);
      const text = String(bytes);
      if (isBinary) {
        this.#heard.push({ hex: bytes.toString("hex") });
      } else if (isStatus(text)) {
        this.#questions++;
        this.#answer();
      } else {
        this.#heard.push({ text });
      }
    });
    socket.on("close", (code, reason) => this.#heard.push({ closes: { code, reason: String(reason) } }));
    socket.on("error", () => {});
  }

  /** The next frame, without questions for the status: a client may ask whenever it likes. */
  next() {
    return this.#heard.next(this.patience);
  }

  /** @param {string | Buffer} frame */
  send(frame) {
    this.socket.send(frame);
    if (typeof frame === "string" && isStatus(frame)) {
      this.#status = frame;
      this.#answer();
    }
  }

  /** The answer to a question for the status is the last status that the vector has sent. */
  #answer() {
    for (; this.#status && this.#questions; this.#questions--) this.socket.send(this.#status);
  }
}

/** @param {string} text */
function isStatus(text) {
  try {
    return JSON.parse(text).action === "status";
  } catch {
    return false;
  }
}
