/** One channel: its socket, across reconnects, and everything that is shown of it. */

import { Log } from "./log.js";
import { messageOf } from "./failure.js";
import { byId, find } from "../page.js";
import { bytesOf, describe } from "./payload.js";
import { Roster } from "./roster.js";

/**
 * @import { NetworkCloseEvent, NetworkWebSocket } from "/networkwebsockets.mjs"
 * @import { NetworkWebSocketEventMap, PeerWebSocket } from "/networkwebsockets.mjs"
 */

/** @typedef {"network" | "local"} Kind */

/** @typedef {"connecting" | "open" | "closed"} State */

/**
 * @typedef {object} Options
 * @property {Kind} kind
 * @property {string} name
 * @property {() => NetworkWebSocket} connect
 * @property {() => void} leave
 * @property {() => void} changed
 */

const STATES = { connecting: "Connecting…", open: "Connected", closed: "Disconnected" };

export class Panel {
  /** @type {State} */
  state = "connecting";
  /** Set by the tab: something arrived, the state changed. */
  onactivity = () => {};
  /** @type {(state: State) => void} */
  onstate = (_state) => {};
  #options;
  /** @type {NetworkWebSocket | null} */
  #socket = null;
  #failure = "";
  #last = "";

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.key = `${options.kind}/${options.name}`;
    const { content } = byId("panel", HTMLTemplateElement);
    this.element = document.importNode(find(content, ".panel", HTMLElement), true);
    const title = find(this.element, "h2", HTMLElement);
    title.textContent = options.name;
    title.dataset.kind = options.kind;
    find(this.element, ".alone a", HTMLAnchorElement).href = `/console#${this.key}`;
    this.log = new Log(find(this.element, ".log", HTMLElement), `Log of ${options.kind} ${options.name}`);
    this.roster = new Roster(this.element, () => this.focus());
    this.#wire();
    this.connect();
  }

  connect() {
    const socket = this.#options.connect();
    this.#socket = socket;
    this.#failure = "";
    socket.binaryType = "arraybuffer";
    this.#listen(socket, "open", () => this.#opened(socket));
    this.#listen(socket, "connect", (event) => this.#joined(event.detail.target));
    this.#listen(socket, "disconnect", (event) => this.#left(event.detail.target));
    this.#listen(socket, "message", (event) => this.#arrived("broadcast", event.senderId, event.data));
    this.#listen(socket, "error", (event) => {
      this.#failure = event.message ?? "";
    });
    this.#listen(socket, "close", (event) => this.#closed(event));
    this.#enter("connecting");
  }

  reconnect() {
    if (this.state === "closed") this.connect();
  }

  close() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  leave() {
    this.#options.leave();
  }

  /** @param {boolean} visible */
  show(visible) {
    this.element.hidden = !visible;
  }

  focus() {
    this.#message.focus();
  }

  /** @param {string} selector */
  #part(selector) {
    return find(this.element, selector, HTMLElement);
  }

  get #message() {
    return find(this.element, "textarea", HTMLTextAreaElement);
  }

  #wire() {
    const message = this.#message;
    this.#part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    message.addEventListener("keydown", (event) => this.#key(event, message));
    message.addEventListener("input", () => {
      this.#complain("");
      message.rows = Math.min(message.value.split("\n").length, 8);
    });
    this.#part(".leave").addEventListener("click", () => this.leave());
    this.#part(".clear").addEventListener("click", () => this.log.clear());
    this.#part(".reconnect").addEventListener("click", () => {
      this.reconnect();
      this.focus();
    });
  }

  /**
   * @param {KeyboardEvent} event
   * @param {HTMLTextAreaElement} message
   */
  #key(event, message) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "Escape") {
      this.roster.choose("");
      this.#complain("");
    } else if (event.key === "ArrowUp" && !event.altKey && message.value === "" && this.#last) {
      event.preventDefault();
      message.value = this.#last;
      message.dispatchEvent(new Event("input"));
    }
  }

  /**
   * Events of a socket that was left or replaced are nobody's.
   * @template {keyof NetworkWebSocketEventMap} Type
   * @param {NetworkWebSocket} socket
   * @param {Type} type
   * @param {(event: NetworkWebSocketEventMap[Type]) => void} then
   */
  #listen(socket, type, then) {
    socket.addEventListener(type, (event) => {
      if (socket === this.#socket) then(event);
    });
  }

  /** @param {NetworkWebSocket} socket */
  #opened({ id }) {
    this.#part(".self code").textContent = id;
    this.log.add({ kind: "open", text: `joined as ${id}` });
    this.#enter("open");
  }

  /** @param {PeerWebSocket} peer */
  #joined(peer) {
    peer.binaryType = "arraybuffer";
    peer.addEventListener("message", (event) => this.#arrived("direct", peer.id, event.data));
    this.roster.add(peer);
    this.log.add({ kind: "connect", peer: peer.id, text: "joined" });
  }

  /** @param {PeerWebSocket} peer */
  #left(peer) {
    this.roster.remove(peer.id);
    this.log.add({ kind: "disconnect", peer: peer.id, text: "left" });
  }

  /**
   * @param {"broadcast" | "direct"} kind
   * @param {string} sender
   * @param {string | ArrayBuffer} data
   */
  #arrived(kind, sender, data) {
    this.log.add({ kind, peer: sender, ...describe(data) });
    this.onactivity();
  }

  /** @param {NetworkCloseEvent} event */
  #closed({ code, reason }) {
    const why = reason || this.#failure || (code === 1006 ? "the connection was lost" : "");
    this.log.add({ kind: "close", text: why ? `${code}: ${why}` : String(code) });
    this.roster.clear();
    this.#enter("closed", why ? `${code}, ${why}` : String(code));
  }

  /**
   * @param {State} state
   * @param {string} [detail]
   */
  #enter(state, detail) {
    this.state = state;
    this.element.dataset.state = state;
    this.#part(".state").textContent = detail ? `${STATES[state]} (${detail})` : STATES[state];
    this.#complain("");
    this.#part(".self").hidden = state !== "open";
    this.#part(".reconnect").hidden = state !== "closed";
    this.onstate(state);
    if (state !== "connecting") this.#options.changed();
  }

  /** @param {string} text */
  #complain(text) {
    this.#part("form .error").textContent = text;
  }

  #send() {
    const message = this.#message;
    const refusal = this.#refusal() ?? this.#deliver(message.value);
    this.#complain(refusal ?? "");
    if (refusal) return;
    this.#last = message.value;
    message.value = "";
    message.rows = 1;
  }

  #refusal() {
    if (this.state !== "open") return "Not connected: nothing was sent.";
    if (this.roster.gone) return "That peer has left: nothing was sent. Choose another one, or everyone.";
    return undefined;
  }

  /**
   * @param {string} text
   * @returns {string | undefined} why nothing was sent
   */
  #deliver(text) {
    const hex = find(this.element, ".as select", HTMLSelectElement).value === "hex";
    const data = hex ? bytesOf(text) : text;
    if (data === null) return "Bytes are pairs of hex digits, such as 48 65 6c 6c 6f.";
    const peer = this.roster.chosen;
    const socket = peer ?? this.#socket;
    if (!socket) return "Not connected: nothing was sent.";
    try {
      socket.send(data);
    } catch (failure) {
      return `Nothing was sent: ${messageOf(failure)}`;
    }
    this.log.add({ kind: peer ? "direct" : "broadcast", to: peer?.id, own: true, ...describe(data) });
    return undefined;
  }
}
