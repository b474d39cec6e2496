/** For pages under test: writes down which events fire, in which order. */

/** What was written down, to whichever log. @type {string[]} */
const lines = [];
const written = new EventTarget();

/**
 * Waits until a line was written so many times.
 * @param {string} line
 * @param {number} [times]
 */
async function happens(line, times = 1) {
  while (lines.filter((other) => other === line).length < times) {
    await next(written, "line");
  }
}

/** @typedef {import("../types/networkwebsockets.js").NetworkWebSocketOptions} Options */

/**
 * An event of a socket, with what the one or the other kind has.
 * @typedef {Event & {
 *   data?: unknown, senderId?: string, peer?: PeerWebSocket | null,
 *   reason?: string, message?: string, fatal?: boolean, targetId?: string,
 *   code?: number, wasClean?: boolean,
 *   detail?: {
 *     target?: PeerWebSocket, settled?: boolean, attempt?: number, delay?: number,
 *     code?: number, reason?: string,
 *   },
 * }} Told
 */

/**
 * Opens a socket whose events, and whose peers' events, are written to `log` in a line each.
 * @param {Options["endpoint"]} endpoint
 * @param {string[]} log
 * @param {string} [name]
 * @param {Options} [options]
 */
function record(endpoint, log, name = "chan", options = {}) {
  const ws = new NetworkWebSocket(name, { endpoint, ...options });
  watch(ws, "root", log);
  ws.addEventListener("connect", ({ detail: { target } }) => watch(target, target.id, log));
  return ws;
}

/**
 * @param {EventTarget & {readyState: number}} socket
 * @param {string} who
 * @param {string[]} log
 */
function watch(socket, who, log) {
  /** What is told of each event. @type {Record<string, (event: Told) => unknown>} */
  const details = {
    connect: ({ detail }) => detail?.target?.id,
    disconnect: ({ detail }) => detail?.target?.id,
    message: ({ data, senderId, peer }) => `${data} from ${senderId} by ${peer?.id}`,
    error: ({ reason, message }) => `${reason}: ${message}`,
    close: ({ code, reason, wasClean }) => `${code} ${reason} ${wasClean}`,
    sync: ({ detail }) => detail?.settled,
    reconnecting: ({ detail }) => detail?.attempt,
  };
  for (const type of ["open", "connect", "message", "error", "close", "disconnect", "sync", "reconnecting"]) {
    socket.addEventListener(type, (event) => {
      const detail = details[type]?.(/** @type {Told} */ (event)) ?? "";
      const line = `${who} ${type} ${detail} [${socket.readyState}]`.replace("  ", " ");
      log.push(line);
      lines.push(line);
      written.dispatchEvent(new Event("line"));
    });
  }
}

/**
 * The next event of a type.
 * @param {EventTarget} target
 * @param {string} type
 * @returns {Promise<Told>}
 */
function next(target, type) {
  return new Promise((resolve) => {
    target.addEventListener(type, (event) => resolve(/** @type {Told} */ (event)), { once: true });
  });
}

/**
 * The next peer that comes.
 * @param {NetworkWebSocket} ws
 * @returns {Promise<PeerWebSocket>}
 */
async function arrival(ws) {
  const { detail } = await next(ws, "connect");
  if (!detail?.target) throw new Error("An arrival without a peer.");
  return detail.target;
}

/**
 * A value as `any`, where a test does on purpose what the types do not allow.
 * @param {unknown} value
 * @returns {any}
 */
function wrong(value) {
  return value;
}

/**
 * What a call throws: the name of a DOMException, or of the class of any other error.
 * @param {() => unknown} call
 */
function thrown(call) {
  try {
    call();
  } catch (error) {
    return error instanceof DOMException ? error.name : Object(error).constructor.name;
  }
  return "nothing";
}

/** Counts the connections that are tried from here on. */
function countConnections() {
  const count = { tried: 0 };
  globalThis.WebSocket = class extends WebSocket {
    /** @param {ConstructorParameters<typeof WebSocket>} args */
    constructor(...args) {
      super(...args);
      count.tried++;
    }
  };
  return count;
}
