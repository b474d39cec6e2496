/**
 * A source of the console that is no proxy: it serves the built console with the policy of the proxy, and tells by the
 * live feed of a network that no machine could hold.
 */

import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { WebSocketServer } from "ws";

import { Crowd } from "./crowd.mjs";

/**
 * @import { AddressInfo, Socket } from "node:net"
 * @import { IncomingMessage, Server, ServerResponse } from "node:http"
 * @import { WebSocket } from "ws"
 * @import { Size } from "./crowd.mjs"
 */

const DIST = fileURLToPath(new URL("../../proxy/console/dist/", import.meta.url));
const ASSETS = fileURLToPath(new URL("../../proxy/src/assets.rs", import.meta.url));
/** As docs/api.md promises: frames in a second, and bytes of one. */
const FRAMES_PER_SECOND = 4;
const FRAME_BYTES = 12_000;
const TYPES = { html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };

/** What a reader has asked for, and what it was not told yet. @typedef {{channel: string | null, pending: [kind: string, row: {id: string}][], isComplete: boolean}} Reader */

export class Simulated {
  /** @type {Server} */
  #server;
  #feed = new WebSocketServer({ noServer: true });
  /** @type {Map<WebSocket, Reader>} */
  #readers = new Map();
  /** @type {Set<Socket>} */
  #sockets = new Set();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #framesPerSecond;
  port = 0;
  /** What was posted, by path. @type {[path: string, body: string, token: string | undefined][]} */
  posted = [];
  crowd;

  /**
   * @param {Size} size
   * @param {number} [framesPerSecond] more than a proxy sends, to be done sooner
   */
  static async start(size, framesPerSecond = FRAMES_PER_SECOND) {
    const simulated = new Simulated(size, framesPerSecond);
    await simulated.listen(0);
    return simulated;
  }

  /**
   * @param {Size} size
   * @param {number} framesPerSecond
   */
  constructor(size, framesPerSecond) {
    if (!existsSync(DIST)) throw new Error(`${DIST} is missing: run \`cargo xtask build --package\``);
    this.crowd = new Crowd(size);
    this.#framesPerSecond = framesPerSecond;
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("upgrade", (request, socket, head) => {
      this.#feed.handleUpgrade(request, socket, head, (reader) => this.#welcome(reader));
    });
  }

  get http() {
    return `http://localhost:${this.port}`;
  }

  /** @param {number} port */
  async listen(port) {
    await once(this.#server.listen(port, "127.0.0.1"), "listening");
    this.port = /** @type {AddressInfo} */ (this.#server.address()).port;
    this.#timer = setInterval(() => {
      for (const [socket, reader] of this.#readers) this.#tell(socket, reader);
    }, 1000 / this.#framesPerSecond);
  }

  /** As if the proxy had ended; `listen` lets it come back. */
  async stop() {
    clearInterval(this.#timer);
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /**
   * Tells all readers of rows that have changed.
   * @param {string} kind
   * @param {{id: string}[]} rows
   */
  change(kind, rows) {
    for (const reader of this.#readers.values()) this.#queue(reader, kind, rows);
  }

  /**
   * Tells all readers of rows that are no more, at once.
   * @param {string} kind
   * @param {string[]} ids
   */
  remove(kind, ids) {
    const text = JSON.stringify({ rows: {}, gone: { [kind]: ids }, complete: true });
    for (const socket of this.#readers.keys()) socket.send(text);
  }

  /** @param {WebSocket} socket */
  #welcome(socket) {
    socket.on("message", (data) => {
      const { channel = null } = JSON.parse(String(data));
      const reader = this.#readers.get(socket) ?? { channel, pending: [], isComplete: false };
      reader.channel = channel;
      if (!this.#readers.has(socket)) {
        this.#readers.set(socket, reader);
        for (const [kind, rows] of this.crowd.kinds()) this.#queue(reader, kind, rows);
      }
      if (channel) this.#queue(reader, "peers", this.crowd.peersOf(channel).slice(0, 1000));
      this.#tell(socket, reader);
    });
    socket.on("close", () => this.#readers.delete(socket));
  }

  /**
   * @param {Reader} reader
   * @param {string} kind
   * @param {{id: string}[]} rows
   */
  #queue(reader, kind, rows) {
    const pending = new Set(reader.pending.map(([of, { id }]) => `${of}/${id}`));
    for (const row of rows) if (!pending.has(`${kind}/${row.id}`)) reader.pending.push([kind, row]);
  }

  /**
   * @param {WebSocket} socket
   * @param {Reader} reader
   */
  #tell(socket, reader) {
    if (reader.pending.length === 0 && reader.isComplete) return;
    /** @type {Record<string, {id: string}[]>} */
    const rows = {};
    let room = FRAME_BYTES;
    while (reader.pending.length > 0) {
      const [kind, row] = reader.pending[0];
      room -= JSON.stringify(row).length + 1;
      if (room < 0) break;
      reader.pending.shift();
      rows[kind] ??= [];
      rows[kind].push(row);
    }
    reader.isComplete = reader.pending.length === 0;
    socket.send(JSON.stringify({ rows, gone: {}, complete: reader.isComplete }));
  }

  /**
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   */
  async #answer(request, response) {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.http);
    if (request.method === "POST") {
      const body = (await request.toArray()).join("");
      this.posted.push([pathname, body, request.headers.authorization]);
      return json(response, pathname === "/api/v1/sessions" ? { token: "simulated" } : { done: true });
    }
    if (pathname === "/status") return json(response, { service: "networkwebsockets", protocol: 1, origin: "allowed" });
    if (pathname === "/api/v1/peers") {
      const rows = this.crowd.peersOf(searchParams.get("channel") ?? "");
      return json(response, { total: rows.length, rows });
    }
    page(response, pathname === "/" || pathname === "/console" ? "index.html" : pathname.replace("/console/", ""));
  }
}

/**
 * @param {ServerResponse} response
 * @param {unknown} body
 */
function json(response, body) {
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

/**
 * @param {ServerResponse} response
 * @param {string} name
 */
function page(response, name) {
  const file = `${DIST}${name}.gz`;
  const type = /** @type {Record<string, string>} */ (TYPES)[name.split(".").at(-1) ?? ""];
  if (!type || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  const headers = { "Content-Type": type, "Content-Encoding": "gzip", "Content-Security-Policy": policy() };
  response.writeHead(200, headers).end(readFileSync(file));
}

/** The policy of the proxy's pages. */
function policy() {
  const text = /const POLICY: &str = "([^"]+)"/.exec(readFileSync(ASSETS, "utf8"))?.[1];
  if (!text) throw new Error("assets.rs has no POLICY any more");
  return text.replace(/\\\n\s*/g, "");
}
