/** In a page: one of two peers that dial each other, what it sends and what it counts. */

/** @import { DialedWebSocket, DialEvent } from "../types/streams.d.ts" */

const SIZE = 65_536;

/** So many dials may wait. */
const WAVE = 16;

/** The socket of the other page. @type {PeerWebSocket} */
let peer;
/** What was dialled by the other page and is read, in order. @type {Reading[]} */
let readings = [];
/** What counts direct messages. */
const direct = new EventTarget();

/**
 * @typedef {object} Reading
 * @property {DialedWebSocket} socket
 * @property {ReadableStreamDefaultReader<string | Uint8Array>} reader
 * @property {number} count of messages
 */

/**
 * Waits for one event.
 * @param {EventTarget} target
 * @param {string} type
 */
function next(target, type) {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}

/** @param {string} endpoint */
export async function join(endpoint) {
  const ws = new NetworkWebSocket("streams", { endpoint });
  ws.binaryType = "arraybuffer";
  ws.ondial = (event) => answer(event);
  peer = await new Promise((resolve) => (ws.onconnect = ({ detail }) => resolve(detail.target)));
  peer.addEventListener("message", ({ data }) => {
    if (data === "ping") peer.send("pong");
    else direct.dispatchEvent(new Event("message"));
  });
}

/** @param {DialEvent} event */
function answer(event) {
  const socket = event.accept(event.protocols[0]);
  if (socket.protocol === "read") {
    readings.push({ socket, reader: socket.readable.getReader(), count: 0 });
  }
}

/** Milliseconds from each dial to its `open`: the other end is open before. @param {number} count */
export async function dial(count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    const socket = peer.dial();
    await next(socket, "open");
    times.push(performance.now() - start);
    await end(socket);
  }
  return times;
}

/** Milliseconds of each round trip of a direct message, to compare. @param {number} count */
export async function ping(count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    peer.send("ping");
    await next(direct, "message");
    times.push(performance.now() - start);
  }
  return times;
}

/** Dials so many streams and closes them, in waves. @param {number} count */
export async function churn(count) {
  for (let left = count; left > 0; left -= WAVE) {
    await Promise.all(Array.from({ length: Math.min(left, WAVE) }, brief));
  }
}

async function brief() {
  const socket = peer.dial();
  await next(socket, "open");
  await end(socket);
}

/** @param {DialedWebSocket} socket */
async function end(socket) {
  socket.close();
  await next(socket, "close");
}

/** Sockets that this page has dialled to send on. @type {DialedWebSocket[]} */
let sending = [];

/** Opens so many streams that the other page reads. @param {number} count */
export async function open(count) {
  readings = [];
  sending = Array.from({ length: count }, () => peer.dial("read"));
  await Promise.all(sending.map((socket) => next(socket, "open")));
}

/** Sends so many messages on each, all at once. @param {number} count */
export function send(count) {
  const data = new Uint8Array(SIZE).fill(7);
  for (let i = 0; i < count; i++) {
    sending.forEach((socket) => socket.send(data));
  }
}

/** Sends so many direct messages. @param {number} count */
export function sendDirect(count) {
  const data = new Uint8Array(SIZE).fill(7);
  for (let i = 0; i < count; i++) {
    peer.send(data);
  }
}

/** What waits on the stream of that number. @param {number} which */
export function buffered(which) {
  return sending[which].bufferedAmount;
}

export async function close() {
  await Promise.all(sending.map(end));
}

/** In the page that reads: it has nothing of earlier streams. */
export function forget() {
  readings = [];
}

/**
 * Reads so many messages of each of the streams `from` to `to`. Milliseconds from the first of them to the last one of each.
 * @param {number} count
 * @param {number} from
 * @param {number} to
 */
export async function read(count, from, to) {
  const started = performance.now();
  return Promise.all(
    readings.slice(from, to).map(async (reading) => {
      while (reading.count < count) {
        const { value } = await reading.reader.read();
        if (value?.length !== SIZE) throw new Error(`A message of ${value?.length} bytes.`);
        reading.count++;
      }
      return performance.now() - started;
    }),
  );
}

/** Milliseconds from now until so many direct messages have come. @param {number} count */
export async function hear(count) {
  const started = performance.now();
  await new Promise((resolve) => {
    let left = count;
    const listener = () => --left || resolve(direct.removeEventListener("message", listener));
    direct.addEventListener("message", listener);
  });
  return performance.now() - started;
}
