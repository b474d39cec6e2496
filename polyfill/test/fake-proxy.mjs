/** A proxy that says what a test tells it to, and nothing else. */
import { once } from "node:events";
import { createServer } from "node:http";

import { WebSocketServer } from "ws";

import { bytesOrText } from "./frame.mjs";
import { portOf } from "./port.mjs";

/**
 * @import { IncomingMessage } from "node:http"
 * @import { WebSocket } from "ws"
 */

export class FakeProxy {
  #server = createServer(({ url = "" }, response) => {
    const status = url.split("?")[0] === "/status" && this.status;
    status
      ? response.writeHead(200, { "access-control-allow-origin": "*" }).end(status)
      : response.writeHead(404).end();
  });
  #sockets = new WebSocketServer({ server: this.#server });
  /** @type {Queue<Client>} */
  #clients = new Queue();
  #port = 0;
  /** What it says of itself, if it is asked. */
  status = "";
  /** How many clients have connected. */
  met = 0;

  /** Starts one on a free port of the loopback interface. */
  static async listen() {
    const proxy = new FakeProxy();
    proxy.#sockets.on("connection", (socket, request) => {
      proxy.met++;
      proxy.#clients.push(new Client(socket, request));
    });
    await proxy.start();
    return proxy;
  }

  get endpoint() {
    return `ws://127.0.0.1:${this.#port}`;
  }

  /** How many clients are connected. */
  get present() {
    return [...this.#sockets.clients].filter((socket) => socket.readyState === socket.OPEN).length;
  }

  /** Listens, after the first time on the same port as before. */
  async start() {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = portOf(this.#server);
  }

  /** The next client that connects. */
  accept() {
    return this.#clients.shift();
  }

  /**
   * The next client, told that its id is `me` and that `peers` are present.
   * @param {string[]} peers
   */
  async admit(...peers) {
    return this.admitAs("me", ...peers);
  }

  /**
   * @param {string} id
   * @param {string[]} peers
   */
  async admitAs(id, ...peers) {
    const client = await this.accept();
    await client.frame();
    client.id = id;
    for (const peer of peers) {
      client.connect(peer);
    }
    client.send({ action: "status", source: id, target: id });
    return client;
  }

  /**
   * The next client, told before anything else that its id is `me` and how much it may send at
   * once.
   * @param {unknown} maxMessageSize
   * @param {string[]} peers
   */
  async greet(maxMessageSize, ...peers) {
    const client = await this.accept();
    client.send({ action: "status", source: client.id, target: client.id, maxMessageSize });
    for (const peer of peers) {
      client.connect(peer);
    }
    await client.frame();
    return client;
  }

  /** As if it were killed: connections break, and new ones are refused. */
  close() {
    for (const socket of this.#sockets.clients) {
      socket.terminate();
    }
    this.#clients.clear();
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/**
 * A frame of a page: what its JSON says, or bytes.
 * @typedef {Record<string, unknown> | Buffer} Frame
 */

/** One connection, seen from the proxy. */
export class Client {
  /** @type {Queue<Frame>} */
  #frames = new Queue();
  id = "me";

  /**
   * @param {WebSocket} socket
   * @param {IncomingMessage} request
   */
  constructor(socket, request) {
    this.socket = socket;
    this.path = request.url;
    this.closed = once(socket, "close").then(([code, reason]) => ({ code, reason: String(reason) }));
    socket.on("message", (data, binary) => this.#frames.push(frameOf(bytesOrText(data, binary))));
  }

  /** The next frame: what its JSON says, or a Buffer. */
  frame() {
    return this.#frames.shift();
  }

  /** How many frames came that nobody asked for. */
  get waiting() {
    return this.#frames.length;
  }

  /**
   * Sends bytes or text as they are, anything else as JSON.
   * @param {unknown} frame
   */
  send(frame) {
    this.socket.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** @param {string} peer */
  connect(peer) {
    this.send({ action: "connect", source: this.id, target: peer });
  }

  /** @param {unknown} settled */
  welcome(settled) {
    this.send({ action: "welcome", source: this.id, target: this.id, peers: 0, version: 1, settled });
  }

  /** @param {string} peer */
  disconnect(peer) {
    this.send({ action: "disconnect", source: this.id, target: peer });
  }

  /**
   * @param {string} source
   * @param {unknown} data
   */
  broadcast(source, data) {
    this.send({ action: "broadcast", source, data });
  }

  /**
   * @param {string} source
   * @param {unknown} data
   */
  message(source, data) {
    this.send({ action: "message", source, target: this.id, data });
  }

  /**
   * Sends a binary frame: kind 1 is a broadcast, 2 a message.
   * @param {number} kind
   * @param {string} source
   * @param {Uint8Array | number[] | string} payload
   */
  binary(kind, source, payload) {
    this.send(Buffer.concat([Buffer.from([kind, source.length]), Buffer.from(source), bytesOf(payload)]));
  }
}

/**
 * @param {string | Buffer} data
 * @returns {Frame}
 */
function frameOf(data) {
  return typeof data === "string" ? JSON.parse(data) : data;
}

/** @param {Uint8Array | number[] | string} payload */
function bytesOf(payload) {
  return typeof payload === "string" ? Buffer.from(payload) : Buffer.from(payload);
}

/** Hands values to whoever waits for them, in order. @template Value */
class Queue {
  /** @type {Value[]} */
  #values = [];
  /** @type {((value: Value) => void)[]} */
  #waiting = [];

  /** @param {Value} value */
  push(value) {
    const resolve = this.#waiting.shift();
    resolve ? resolve(value) : this.#values.push(value);
  }

  get length() {
    return this.#values.length;
  }

  clear() {
    this.#values = [];
  }

  /** @returns {Promise<Value>} */
  async shift() {
    const value = this.#values.shift();
    return value ?? new Promise((resolve) => this.#waiting.push(resolve));
  }
}
