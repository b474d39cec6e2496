/** In the page: the clients that are compared, behind one interface, and the loops that are timed. */
import { HandWritten } from "./hand-written.mjs";

/** @typedef {string | Uint8Array<ArrayBuffer>} Data */

/**
 * What a client hears: text, or bytes.
 * @typedef {(message: {data: string | ArrayBuffer}) => void} Hear
 */

/**
 * A channel of one of the clients. `listen` is about all that comes, `send` to all, `peer` the
 * first one who is there.
 * @typedef {object} Client
 * @property {Promise<unknown>} opened
 * @property {(hear: Hear) => void} listen
 * @property {(data: Data) => void} send
 * @property {() => {send(data: Data): void} | undefined} peer
 */

/** @typedef {"ours" | "handWritten" | "bare"} Kind */

/**
 * What is to be sent.
 * @typedef {{kind: string, size: number, count: number, direct?: boolean}} Sending
 */

/** @type {Record<Kind, (endpoint: string, channel: string) => Client>} */
const OPENERS = {
  ours(endpoint, channel) {
    const socket = new NetworkWebSocket(channel, { endpoint });
    socket.binaryType = "arraybuffer";
    socket.onconnect = ({ detail: { target } }) => (target.binaryType = "arraybuffer");
    return {
      opened: new Promise((resolve) => (socket.onopen = resolve)),
      listen: (hear) => {
        socket.onmessage = hear;
        for (const peer of socket.peers) {
          peer.onmessage = hear;
        }
      },
      send: (data) => socket.send(data),
      peer: () => socket.peers[0],
    };
  },

  handWritten(endpoint, channel) {
    const client = new HandWritten(`${endpoint}/network/${channel}`);
    return {
      opened: new Promise((resolve) => (client.onopen = () => resolve(undefined))),
      listen: (hear) => {
        client.onmessage = hear;
        for (const peer of client.peers.values()) {
          peer.onmessage = hear;
        }
      },
      send: (data) => client.send(data),
      peer: () => client.peers.values().next().value,
    };
  },

  bare(endpoint, channel) {
    const socket = new WebSocket(`${endpoint}/network/${channel}`);
    socket.binaryType = "arraybuffer";
    const opened = new Promise((resolve) => {
      socket.onmessage = ({ data }) => data.includes('"status"') && resolve(undefined);
    });
    /** @param {Data} data */
    const send = (data) => socket.send(typeof data === "string" ? JSON.stringify(data) : data);
    return {
      opened,
      listen: (hear) => {
        socket.onmessage = ({ data }) => hear(typeof data === "string" ? JSON.parse(data) : { data });
      },
      send,
      peer: () => ({ send }),
    };
  },
};

/** @type {Map<string, Client>} */
const clients = new Map();

/** @param {string} channel */
function clientOf(channel) {
  const client = clients.get(channel);
  if (!client) throw new Error(`Nobody has opened ${channel}.`);
  return client;
}

/**
 * Opens one of the clients.
 * @param {Kind} kind
 * @param {string} endpoint
 * @param {string} channel
 */
export async function open(kind, endpoint, channel) {
  const client = OPENERS[kind](endpoint, channel);
  await client.opened;
  clients.set(channel, client);
}

/**
 * The milliseconds from the first of so many messages to the last.
 * @param {string} channel
 * @param {number} count
 * @returns {Promise<{elapsed: number, bytes: number}>}
 */
export function receive(channel, count) {
  return new Promise((resolve) => {
    let [left, start, bytes] = [count, 0, 0];
    clientOf(channel).listen(({ data }) => {
      start ||= performance.now();
      bytes += typeof data === "string" ? data.length : data.byteLength;
      left -= 1;
      if (left === 0) {
        resolve({ elapsed: performance.now() - start, bytes });
      }
    });
  });
}

/**
 * Sends so many messages; the milliseconds until the proxy has said that it got them all.
 * @param {string} channel
 * @param {Sending} sending
 */
export async function send(channel, { kind, size, count, direct }) {
  const client = clientOf(channel);
  const socket = direct ? client.peer() : client;
  const data = kind === "text" ? "x".repeat(size) : new Uint8Array(size).fill(120);
  const done = new Promise((resolve) => client.listen(resolve));
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    socket?.send(data);
  }
  await done;
  return performance.now() - start;
}
