/** Two sockets that come, talk, and go: what they heard, as plain data. It runs wherever the package does. */

/**
 * @import { NetworkErrorEvent, NetworkMessageEvent, NetworkWebSocket, NetworkWebSocketEventMap } from "networkwebsockets"
 * @import { NetworkWebSocketData } from "networkwebsockets"
 * @import { PeerWebSocket } from "networkwebsockets"
 */

/**
 * What the package exports.
 * @typedef {Pick<typeof import("networkwebsockets"), "NetworkWebSocket">} Sockets
 */

/** @typedef {NetworkWebSocket | PeerWebSocket} Socket */

/**
 * What fires events of this type, and errors.
 * @template {keyof NetworkWebSocketEventMap} Type
 * @typedef {{
 * addEventListener(type: NoInfer<Type>, listener: (event: NetworkWebSocketEventMap[NoInfer<Type>])
 * => void, options: object): void,
 * addEventListener(type: "error", listener: (event: NetworkErrorEvent) => void, options: object):
 * void,
 * }} Fires
 */

/**
 * @param {Sockets} sockets
 * @param {string} endpoint
 */
export async function converse({ NetworkWebSocket }, endpoint) {
  const ada = new NetworkWebSocket("conversation", { endpoint });
  const opened = await next(ada, "open");
  const bob = new NetworkWebSocket("conversation", { endpoint });
  const [meeting, { toAda, toBob }] = await meet(ada, bob);
  return {
    open: opened.constructor.name,
    meeting,
    texts: await texts(ada, bob, toAda, toBob),
    bytes: await bytes(ada, bob, toAda, toBob),
    partings: await part(ada, bob, toBob),
  };
}

/**
 * What a socket fires where no proxy is.
 * @param {Sockets} sockets
 * @param {string} endpoint
 */
export async function miss({ NetworkWebSocket }, endpoint) {
  const alone = new NetworkWebSocket("nobody", { endpoint });
  /** @type {[reason: string, isTold: boolean][]} */
  const errors = [];
  alone.onerror = ({ reason, message }) => errors.push([reason, message !== ""]);
  /** @type {NetworkWebSocketEventMap["close"]} */
  const { code, wasClean } = await new Promise((resolve) => {
    alone.onclose = resolve;
  });
  return { errors, close: [code, wasClean] };
}

/**
 * What a socket fires that looks for a proxy again and again where none is, until it is closed.
 * @param {Sockets} sockets
 * @param {string} endpoint
 */
export async function persist({ NetworkWebSocket }, endpoint) {
  const patient = new NetworkWebSocket("nobody", { endpoint, reconnect: true });
  /** @type {(string | number)[]} */
  const types = [];
  patient.onerror = ({ type }) => types.push(type);
  patient.onopen = ({ type }) => types.push(type);
  patient.onreconnecting = ({ detail: { attempt } }) => {
    types.push(attempt);
    if (attempt === 3) patient.close();
  };
  /** @type {Event} */
  const { type } = await new Promise((resolve) => {
    patient.onclose = resolve;
  });
  return [...types, type];
}

/**
 * What sockets fire that are closed before they are open: one at once, others as soon as `slow.mjs`
 * lets them wait.
 * @param {Sockets} sockets
 * @param {string} endpoint
 */
export async function abandon({ NetworkWebSocket }, endpoint) {
  const early = new NetworkWebSocket("early", { endpoint });
  const ends = [await end(early)];
  for (const { channel, reconnect } of [
    { channel: "late", reconnect: false },
    { channel: "late-and-patient", reconnect: true },
  ]) {
    const late = new NetworkWebSocket(channel, { endpoint, reconnect });
    await fetch(late.url.replace("ws", "http"));
    ends.push(await end(late));
  }
  return ends;
}

/**
 * Closes a socket, and returns what it fires until it is closed and a task longer.
 * @param {NetworkWebSocket} socket
 */
function end(socket) {
  return new Promise((resolve) => {
    /** @type {unknown[]} */
    const seen = [];
    socket.onerror = ({ type, reason }) => seen.push([type, reason]);
    socket.onclose = ({ type, code, wasClean }) => {
      seen.push([type, code, wasClean]);
      setTimeout(() => resolve(seen));
    };
    socket.close();
  });
}

/**
 * The next event of a type; an error of the socket's own comes first if it comes at all.
 * @template {keyof NetworkWebSocketEventMap} Type
 * @param {Fires<Type>} target
 * @param {Type} type
 * @returns {Promise<NetworkWebSocketEventMap[Type]>}
 */
export function next(target, type) {
  return new Promise((resolve, reject) => {
    target.addEventListener(type, resolve, { once: true });
    target.addEventListener("error", ({ reason, message }) => reject(new Error(`${reason}: ${message}`)), {
      once: true,
    });
  });
}

/**
 * @param {NetworkWebSocket} ada
 * @param {NetworkWebSocket} bob
 * @returns {Promise<[seen: object, peers: {toAda: PeerWebSocket, toBob: PeerWebSocket}]>}
 */
async function meet(ada, bob) {
  const [
    {
      detail: { target: toAda },
    },
    {
      detail: { target: toBob },
    },
  ] = await Promise.all([next(bob, "connect"), next(ada, "connect"), next(bob, "open")]);
  const ids = [toAda.id === ada.id, toBob.id === bob.id];
  return [
    { ids, peers: [ada.peers[0] === toBob, bob.peers.length] },
    { toAda, toBob },
  ];
}

/**
 * @param {NetworkWebSocket} ada
 * @param {NetworkWebSocket} bob
 * @param {PeerWebSocket} toAda
 * @param {PeerWebSocket} toBob
 */
async function texts(ada, bob, toAda, toBob) {
  const broadcast = await say(ada, bob, 'to all "ü"');
  const direct = await say(toAda, toBob, "to you");
  return {
    broadcast: [broadcast.data, broadcast.senderId === ada.id, broadcast.peer === toAda],
    direct: [direct.data, direct.senderId === bob.id, direct.peer === toBob],
    message: [broadcast instanceof MessageEvent, broadcast.origin === new URL(ada.url).origin],
  };
}

/**
 * @param {NetworkWebSocket} ada
 * @param {NetworkWebSocket} bob
 * @param {PeerWebSocket} toAda
 * @param {PeerWebSocket} toBob
 */
async function bytes(ada, bob, toAda, toBob) {
  const sent = Uint8Array.of(9, 0, 128, 255, 9).subarray(1, 4);
  const blob = await say(ada, bob, sent);
  const blobDirectly = await say(toBob, toAda, new Blob([sent]));
  ada.binaryType = toBob.binaryType = "arraybuffer";
  const buffer = await say(bob, ada, sent);
  const bufferDirectly = await say(toAda, toBob, sent.slice().buffer);
  return Promise.all([blob, blobDirectly, buffer, bufferDirectly].map(({ data }) => readable(data)));
}

/**
 * All that happens when one of them goes, and then the other.
 * @param {NetworkWebSocket} ada
 * @param {NetworkWebSocket} bob
 * @param {PeerWebSocket} toBob
 */
async function part(ada, bob, toBob) {
  const [end, goodbye, gone] = [next(bob, "close"), next(toBob, "close"), next(ada, "disconnect")];
  bob.close(3000, "enough");
  const events = [await end, await goodbye];
  const known = (await gone).detail.target === toBob;
  const last = next(ada, "close");
  ada.close();
  events.push(await last);
  return [known, ada.peers.length, ...events.map(({ type, code, wasClean }) => [type, code, wasClean])];
}

/**
 * @param {Socket} from
 * @param {Socket} to
 * @param {NetworkWebSocketData} data
 * @returns {Promise<NetworkMessageEvent>}
 */
async function say(from, to, data) {
  const heard = next(to, "message");
  from.send(data);
  return heard;
}

/** @param {Blob | ArrayBuffer} data */
async function readable(data) {
  const buffer = data instanceof Blob ? await data.arrayBuffer() : data;
  return [data instanceof Blob ? "blob" : "buffer", ...new Uint8Array(buffer)];
}
