/**
 * A proxy that is faster than any page: frames made once and written as they are, and what arrives is counted and not looked
 * at. A child process; its parent tells it which client shall get what.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { Socket } from "node:net";

import { portOf } from "../test/port.mjs";

/** @import { Duplex } from "node:stream" */

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const BATCH_BYTES = 1 << 18;
/**
 * What is to be written, or to be expected.
 * @typedef {{kind: string, action: string, size: number, count: number}} Flood
 */

/**
 * @typedef {{client: string} & ({order: "flood"} & Flood | {order: "expect", frames: number} |
 *   {order: "churn"})} Order
 */

/** @type {Map<string, Client>} */
const clients = new Map();

const server = createServer().on("upgrade", ({ url = "", headers }, socket) => {
  const accept = createHash("sha1")
    .update(headers["sec-websocket-key"] + GUID)
    .digest("base64");
  if (socket instanceof Socket) socket.setNoDelay();
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const name = url.split("/").at(-1)?.split("?")[0] ?? "";
  const client = new Client(socket, Number(name.split(".")[1]));
  clients.set(name, client);
  socket.on("close", () => clients.get(name) === client && clients.delete(name)).on("error", () => {});
});

/** One connection of a page. */
class Client {
  #left = 0;
  #skip = 0;
  #partial = Buffer.alloc(0);

  /**
   * @param {Duplex} socket
   * @param {number} peers
   */
  constructor(socket, peers) {
    this.socket = socket;
    this.peers = Array.from({ length: peers }, (_, i) => id(i));
    socket.on("data", (bytes) => this.#count(bytes));
    this.presence("connect", this.peers);
    socket.write(text({ action: "status", source: "me", target: "me" }));
  }

  /**
   * @param {string} action
   * @param {string[]} peers
   */
  presence(action, peers) {
    this.socket.write(Buffer.concat(peers.map((peer) => text({ action, source: "me", target: peer }))));
  }

  /**
   * Answers with a message as soon as so many frames more have come.
   * @param {{frames: number}} order
   */
  expect({ frames }) {
    this.#left = frames;
  }

  /**
   * Writes as many messages, from all peers in turn.
   * @param {Flood} flood
   */
  async flood({ kind, action, size, count }) {
    const frame = kind === "text" ? say : pack;
    const frames = this.peers.map((peer) => frame(action, peer, size));
    const round = Buffer.concat(frames);
    const rounds = Math.max(1, Math.min(count / frames.length, Math.floor(BATCH_BYTES / round.length)));
    const batch = Buffer.concat(Array(rounds).fill(round));
    for (let left = count / frames.length; left > 0; left -= rounds) {
      const bytes = left < rounds ? batch.subarray(0, left * round.length) : batch;
      if (!this.socket.write(bytes)) {
        await once(this.socket, "drain");
      }
    }
  }

  /** 1,000 newcomers, who leave again. */
  churn() {
    const peers = Array.from({ length: 1000 }, (_, i) => id(10_000 + i));
    this.presence("connect", peers);
    this.presence("disconnect", peers);
    this.socket.write(say("broadcast", this.peers[0], 1));
  }

  /** @param {Buffer<ArrayBuffer>} bytes */
  #count(bytes) {
    bytes = this.#partial.length ? Buffer.concat([this.#partial, bytes]) : bytes;
    let at = Math.min(this.#skip, bytes.length);
    this.#skip -= at;
    while (at < bytes.length) {
      const length = frameLength(bytes, at);
      if (length === undefined) {
        break;
      }
      this.#skip = Math.max(0, at + length - bytes.length);
      at = Math.min(bytes.length, at + length);
      this.#left -= 1;
      if (this.#left === 0) {
        this.socket.write(say("broadcast", this.peers[0], 1));
      }
    }
    this.#partial = bytes.subarray(at);
  }
}

/**
 * The length of the masked frame that begins there, if enough of it has come to tell.
 * @param {Buffer} bytes
 * @param {number} at
 */
function frameLength(bytes, at) {
  if (bytes.length < at + 14) {
    const short = bytes[at + 1] & 127;
    return bytes.length >= at + 2 && short < 126 ? 6 + short : undefined;
  }
  const length = bytes[at + 1] & 127;
  if (length < 126) {
    return 6 + length;
  }
  return length === 126 ? 8 + bytes.readUInt16BE(at + 2) : 14 + Number(bytes.readBigUInt64BE(at + 2));
}

/** @param {number} number */
function id(number) {
  return `peer${String(number).padStart(22, "0")}`;
}

/**
 * @param {string} action
 * @param {string} source
 * @param {number} size
 */
function say(action, source, size) {
  const target = action === "message" ? { target: "me" } : {};
  return text({ action, source, ...target, data: "x".repeat(size) });
}

/**
 * @param {string} action
 * @param {string} source
 * @param {number} size
 */
function pack(action, source, size) {
  const kind = action === "message" ? 2 : 1;
  return frame(2, Buffer.concat([Buffer.from([kind, source.length]), Buffer.from(source), Buffer.alloc(size, 120)]));
}

/** @param {unknown} value */
function text(value) {
  return frame(1, Buffer.from(JSON.stringify(value)));
}

/**
 * @param {number} opcode
 * @param {Buffer} payload
 */
function frame(opcode, payload) {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 128 | opcode;
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (head[1] === 126) {
    head.writeUInt16BE(length, 2);
  } else if (head[1] === 127) {
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

process.on("message", (/** @type {Order} */ order) => {
  const client = clients.get(order.client);
  if (order.order === "flood") client?.flood(order);
  else if (order.order === "expect") client?.expect(order);
  else client?.churn();
});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => process.send?.(`ws://127.0.0.1:${portOf(server)}`));
