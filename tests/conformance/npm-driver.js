/** The npm package as a client under test: commands in, events out, as docs/conformance.md has them. For Node and for pages. */

/** What a program does or tells. @typedef {Record<string, any>} Said */

/** What the package exports. @typedef {typeof import("networkwebsockets/streams")} Package */

/** Words that others have for reasons of the package. @type {Record<string, string>} */
const WORDS = { "message-too-big": "too-big" };

/** Words for exceptions. @type {Record<string, string>} */
const THROWN = { SyntaxError: "invalid-name", TypeError: "too-big", InvalidStateError: "not-open" };

export class Driver {
  #package;
  #tell;
  /** @type {Package["NetworkWebSocket"]["prototype"] | undefined} */
  #socket;
  #dials = 0;
  /** What answers a dial. @type {Map<string, {event: any, resolve: () => void}>} */
  #decisions = new Map();
  /** @type {Map<string, any>} */
  #streams = new Map();
  /** @type {Map<string, AsyncIterator<any>>} */
  #readers = new Map();
  /** Why the channel has ended. */
  #why = "";

  /**
   * @param {Package} networkwebsockets
   * @param {(event: Said) => void} tell
   */
  constructor(networkwebsockets, tell) {
    this.#package = networkwebsockets;
    this.#tell = tell;
  }

  /** @param {Said} command */
  obey(command) {
    try {
      this.#obey(command);
    } catch (error) {
      const name = error instanceof DOMException ? error.name : Object(error).constructor.name;
      this.#tell({ event: "failed", do: command.do, error: THROWN[name] ?? name, message: String(error) });
    }
  }

  /** @param {Said} command */
  #obey(command) {
    const { stream = "", code = 1000, reason = "" } = command;
    switch (command.do) {
      case "open":
        return this.#open(command);
      case "send":
        return this.#send(command);
      case "dial":
        return this.#dial(command);
      case "accept":
        return this.#accept(command);
      case "reject":
        return this.#reject(command);
      case "say":
        return this.#streams.get(stream)?.send(dataOf(command));
      case "read":
        return void this.#read(stream);
      case "end":
        return this.#streams.get(stream)?.close(code, reason);
      case "close":
        return this.#socket?.close(code, reason);
      default:
        throw new Error(`there is no command ${command.do}`);
    }
  }

  /** @param {Said} command */
  #open({ endpoint, channel, local = false, reconnect = false, maxDelay = 5000 }) {
    const { LocalWebSocket, NetworkWebSocket } = this.#package;
    const options = { endpoint, reconnect: reconnect ? { maxDelay } : undefined };
    const socket = new (local ? LocalWebSocket : NetworkWebSocket)(channel, options);
    this.#socket = socket;
    this.#why = "";
    this.#dials = 0;
    this.#decisions.clear();
    this.#streams.clear();
    this.#readers.clear();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#tell({ event: "open", id: socket.id });
    socket.onconnect = ({ detail: { target } }) => this.#meet(target);
    socket.ondisconnect = ({ detail: { target } }) => this.#tell({ event: "disconnect", peer: target.id });
    socket.addEventListener("sync", ({ detail }) => this.#tell({ event: "sync", settled: detail.settled }));
    socket.onreconnecting = ({ detail }) => this.#tell({ event: "reconnecting", ...detail });
    socket.onmessage = (event) => this.#hear(event, false);
    socket.ondial = (event) => this.#ask(event);
    socket.onerror = (event) => this.#fault(event, socket);
    socket.onclose = ({ code, reason }) => this.#tell({ event: "closed", code, reason, error: this.#why });
  }

  /** @param {any} peer */
  #meet(peer) {
    peer.binaryType = "arraybuffer";
    peer.onmessage = (/** @type {any} */ event) => this.#hear(event, true);
    peer.onerror = (/** @type {any} */ event) => this.#fault(event, peer);
    this.#tell({ event: "connect", peer: peer.id });
  }

  /**
   * @param {any} event
   * @param {boolean} direct
   */
  #hear({ data, senderId }, direct) {
    this.#tell({ event: "message", from: senderId, direct, ...payload(data) });
  }

  /**
   * @param {any} event
   * @param {any} socket
   */
  #fault({ reason, fatal, targetId }, socket) {
    if (fatal) {
      this.#why = WORDS[reason] ?? reason;
    } else if (socket.readyState === 1) {
      // While it connects, an error says why an attempt has failed.
      this.#tell({ event: "fault", code: WORDS[reason] ?? reason, target: targetId || null });
    }
  }

  /** @param {Said} command */
  #send(command) {
    const { to } = command;
    const socket = to == null ? this.#socket : this.#socket?.peers.find(({ id }) => id === to);
    if (!socket) {
      this.#tell({ event: "failed", do: "send", error: "peer-gone" });
      return;
    }
    socket.send(dataOf(command));
  }

  /** @param {any} event */
  #ask(event) {
    const stream = `in${++this.#dials}`;
    event.respondWith(
      new Promise((resolve) => this.#decisions.set(stream, { event, resolve: () => resolve(undefined) })),
    );
    this.#tell({ event: "dial", peer: event.peer.id, protocols: event.protocols, stream });
  }

  /** @param {Said} command */
  #dial({ peer, protocols = [], as, hold = false }) {
    const target = /** @type {any} */ (this.#socket?.peers.find(({ id }) => id === peer));
    if (!target) {
      this.#tell({ event: "ended", stream: as, error: "peer-gone" });
      return;
    }
    const socket = target.dial(protocols);
    socket.onopen = () => this.#tell({ event: "opened", stream: as, protocol: socket.protocol });
    this.#watch(as, socket, hold);
  }

  /** @param {Said} command */
  #accept({ stream, protocol = "", hold = false }) {
    const decision = this.#decisions.get(stream);
    const socket = decision?.event.accept(protocol);
    decision?.resolve();
    this.#watch(stream, socket, hold);
    this.#tell({ event: "opened", stream, protocol: socket.protocol });
  }

  /** @param {Said} command */
  #reject({ stream, code, reason }) {
    const decision = this.#decisions.get(stream);
    decision?.event.reject(code, reason);
    decision?.resolve();
  }

  /**
   * @param {string} stream
   * @param {any} socket
   * @param {boolean} hold
   */
  #watch(stream, socket, hold) {
    let why = "";
    socket.binaryType = "arraybuffer";
    if (hold) {
      this.#readers.set(stream, socket.messages());
    } else {
      socket.onmessage = (/** @type {any} */ event) => this.#tell({ event: "heard", stream, ...payload(event.data) });
    }
    socket.onerror = (/** @type {any} */ event) => {
      why = event.reason;
    };
    socket.onclose = (/** @type {any} */ { code, reason }) =>
      this.#tell({ event: "ended", stream, code, reason, error: why });
    this.#streams.set(stream, socket);
  }

  /** @param {string} stream */
  async #read(stream) {
    const result = await this.#readers
      .get(stream)
      ?.next()
      .catch(() => undefined);
    if (result && !result.done) {
      this.#tell({ event: "heard", stream, ...payload(result.value.data) });
    }
  }
}

/**
 * @param {Said} command
 * @returns {string | Uint8Array<ArrayBuffer>}
 */
function dataOf({ text, hex = "" }) {
  return text ?? Uint8Array.from(hex.match(/../g) ?? [], (/** @type {string} */ pair) => Number.parseInt(pair, 16));
}

/** @param {string | ArrayBuffer} data */
function payload(data) {
  if (typeof data === "string") return { text: data };
  return { hex: Array.from(new Uint8Array(data), (byte) => byte.toString(16).padStart(2, "0")).join("") };
}
