/** For pages under test: sockets of one class or another, all to a server that sends back what it gets. */

/** @typedef {"WebSocket" | "NetworkWebSocket" | "PeerWebSocket" | "DialedWebSocket"} Class */

/** @type {typeof WebSocket | typeof NetworkWebSocket | typeof PeerWebSocket | typeof DialedWebSocket} */
let kind;
/** @type {string} */
let endpoint;
/** Where nothing listens. @type {string} */
let nowhere;
/** Whom a DialedWebSocket reaches. @type {EchoPeer | undefined} */
let echo;

/**
 * Says which class is probed.
 * @param {Class} class_
 * @param {string} server
 * @param {string} nobody
 */
async function probing(class_, server, nobody) {
  kind = globalThis[class_];
  endpoint = server;
  nowhere = nobody;
  echo = class_ === "DialedWebSocket" ? await EchoPeer.meet(endpoint) : undefined;
}

/**
 * A new socket of that class; that of a channel where it is PeerWebSocket.
 * @param {string | string[]} [protocols]
 * @returns {WebSocket}
 */
function make(protocols = []) {
  if (echo) {
    return echo.dial(protocols);
  }
  return kind === WebSocket
    ? new WebSocket(`${endpoint}/plain`, protocols)
    : new NetworkWebSocket("chan", { endpoint, protocols });
}

/**
 * The same, with a second argument of whatever kind.
 * @param {unknown} protocols
 * @returns {WebSocket}
 */
function offering(protocols) {
  return echo ? echo.dial(protocols) : new (wrong(kind))(kind === WebSocket ? nowhere : "chan", protocols);
}

/**
 * A new socket that finds nobody.
 * @returns {WebSocket}
 */
function makeInVain() {
  if (echo) {
    return echo.dialInVain();
  }
  return kind === WebSocket ? new WebSocket(nowhere) : new NetworkWebSocket("chan", { endpoint: nowhere });
}

/**
 * A new socket that is open; the socket of the peer that sends back where it is PeerWebSocket.
 * @returns {Promise<WebSocket>}
 */
async function open() {
  await echo?.isHere;
  const ws = make();
  const peer = new Promise((resolve) => {
    /** @param {Event} event */
    const present = (event) => {
      const { target } = /** @type {Told} */ (event).detail ?? {};
      target?.addEventListener("open", () => resolve(target), { once: true });
    };
    ws.addEventListener("connect", present, { once: true });
  });
  await next(ws, "open");
  return kind === PeerWebSocket ? peer : ws;
}

/**
 * Everything that comes back until now.
 * @param {WebSocket} socket
 */
async function replies(socket) {
  /** @type {(string | Blob | ArrayBuffer)[]} */
  const received = [];
  socket.addEventListener("message", ({ data }) => received.push(data));
  socket.send("the end");
  while (received.at(-1) !== "the end") {
    await next(socket, "message");
  }
  return Promise.all(received.slice(0, -1).map(describe));
}

/** @param {string | Blob | ArrayBuffer} data */
async function describe(data) {
  if (typeof data === "string") {
    return data.length > 100 ? `${data.slice(0, 10)}… ${data.length}` : data;
  }
  const bytes = new Uint8Array(data instanceof Blob ? await data.arrayBuffer() : data);
  return `${data.constructor.name} ${bytes.length}: ${bytes.subarray(0, 20)}`;
}

/**
 * A window of another realm.
 * @returns {Window & typeof globalThis}
 */
function otherWindow() {
  const frame = document.createElement("iframe");
  document.body.append(frame);
  return windowOf(frame);
}

/**
 * The window of a frame of this site.
 * @param {HTMLIFrameElement} frame
 */
function windowOf(frame) {
  if (!frame.contentWindow) throw new Error("A frame without a window.");
  return /** @type {Window & typeof globalThis} */ (frame.contentWindow);
}

/**
 * Writes down the events of a socket. Why an error happened only ours can tell.
 * @param {WebSocket} socket
 * @param {unknown[]} log
 */
function watchAlike(socket, log) {
  for (const type of ["open", "error", "close"]) {
    socket.addEventListener(type, (event) => {
      const { code, reason, wasClean } = /** @type {Told} */ (event);
      log.push(type === "close" ? [type, code, reason, wasClean, socket.readyState] : [type, socket.readyState]);
    });
  }
}
