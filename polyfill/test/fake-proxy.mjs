/** A proxy that says what a test tells it to, and nothing else. */
import { once } from "node:events";
import { createServer } from "node:http";

import { WebSocketServer } from "ws";

export class FakeProxy {
  #server = createServer(({ url }, response) => {
    const status = url.split("?")[0] === "/status" && this.status;
    status
      ? response.writeHead(200, { "access-control-allow-origin": "*" }).end(status)
      : response.writeHead(404).end();
  });
  #sockets = new WebSocketServer({ server: this.#server });
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
    this.#port = this.#server.address().port;
  }

  /** The next client that connects. */
  accept() {
    return this.#clients.shift();
  }

  /** The next client, told that its id is `me` and that `peers` are present. */
  async admit(...peers) {
    return this.admitAs("me", ...peers);
  }

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

  /** The next client, told before anything else that its id is `me` and how much it may send at once. */
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

/** One connection, seen from the proxy. */
class Client {
  #frames = new Queue();
  id = "me";

  constructor(socket, request) {
    this.socket = socket;
    this.path = request.url;
    this.closed = once(socket, "close").then(([code, reason]) => ({ code, reason: String(reason) }));
    socket.on("message", (data, binary) => this.#frames.push(binary ? data : JSON.parse(data)));
  }

  /** The next frame: what its JSON says, or a Buffer. */
  frame() {
    return this.#frames.shift();
  }

  /** How many frames came that nobody asked for. */
  get waiting() {
    return this.#frames.length;
  }

  /** Sends bytes or text as they are, anything else as JSON. */
  send(frame) {
    this.socket.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  connect(peer) {
    this.send({ action: "connect", source: this.id, target: peer });
  }

  welcome(settled) {
    this.send({ action: "welcome", source: this.id, target: this.id, peers: 0, version: 1, settled });
  }

  disconnect(peer) {
    this.send({ action: "disconnect", source: this.id, target: peer });
  }

  broadcast(source, data) {
    this.send({ action: "broadcast", source, data });
  }

  message(source, data) {
    this.send({ action: "message", source, target: this.id, data });
  }

  /** Sends a binary frame: kind 1 is a broadcast, 2 a message. */
  binary(kind, source, payload) {
    this.send(Buffer.concat([Buffer.from([kind, source.length]), Buffer.from(source), Buffer.from(payload)]));
  }
}

/** Hands values to whoever waits for them, in order. */
class Queue {
  #values = [];
  #waiting = [];

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

  async shift() {
    return this.#values.length ? this.#values.shift() : new Promise((resolve) => this.#waiting.push(resolve));
  }
}
