/** One channel: its socket, across reconnects, and everything that is shown of it. */

import { Log } from "/console/log.js";
import { bytesOf, describe } from "/console/payload.js";
import { Roster } from "/console/roster.js";

const STATES = { connecting: "Connecting…", open: "Connected", closed: "Disconnected" };

export class Panel {
  state = "connecting";
  /** Set by the tab: something arrived, the state changed. */
  onactivity = () => {};
  onstate = (_state) => {};
  #options;
  #socket = null;
  #failure = "";
  #last = "";

  /** @param {{kind: string, name: string, connect: () => EventTarget, leave: () => void, changed: () => void}} options */
  constructor(options) {
    this.#options = options;
    this.key = `${options.kind}/${options.name}`;
    this.element = document.getElementById("panel").content.firstElementChild.cloneNode(true);
    this.#part("h2").textContent = options.name;
    this.#part("h2").dataset.kind = options.kind;
    this.#part(".alone a").href = `/console#${this.key}`;
    this.log = new Log(this.#part(".log"), `Log of ${options.kind} ${options.name}`);
    this.roster = new Roster(this.element, () => this.focus());
    this.#wire();
    this.connect();
  }

  connect() {
    const socket = this.#options.connect();
    this.#socket = socket;
    this.#failure = "";
    socket.binaryType = "arraybuffer";
    this.#listen(socket, "open", () => this.#opened());
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
    socket.close();
  }

  leave() {
    this.#options.leave();
  }

  show(visible) {
    this.element.hidden = !visible;
  }

  focus() {
    this.#part("textarea").focus();
  }

  #part(selector) {
    return this.element.querySelector(selector);
  }

  #wire() {
    const message = this.#part("textarea");
    this.#part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    message.addEventListener("keydown", (event) => this.#key(event));
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

  #key(event) {
    const message = event.target;
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

  /** Events of a socket that was left or replaced are nobody's. */
  #listen(socket, type, then) {
    socket.addEventListener(type, (event) => {
      if (socket === this.#socket) then(event);
    });
  }

  #opened() {
    this.#part(".self code").textContent = this.#socket.id;
    this.log.add({ kind: "open", text: `joined as ${this.#socket.id}` });
    this.#enter("open");
  }

  #joined(peer) {
    peer.binaryType = "arraybuffer";
    peer.addEventListener("message", (event) => this.#arrived("direct", peer.id, event.data));
    this.roster.add(peer);
    this.log.add({ kind: "connect", peer: peer.id, text: "joined" });
  }

  #left(peer) {
    this.roster.remove(peer.id);
    this.log.add({ kind: "disconnect", peer: peer.id, text: "left" });
  }

  #arrived(kind, sender, data) {
    this.log.add({ kind, peer: sender, ...describe(data) });
    this.onactivity();
  }

  #closed({ code, reason }) {
    const why = reason || this.#failure || (code === 1006 ? "the connection was lost" : "");
    this.log.add({ kind: "close", text: why ? `${code}: ${why}` : String(code) });
    this.roster.clear();
    this.#enter("closed", why ? `${code}, ${why}` : code);
  }

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

  #complain(text) {
    this.#part("form .error").textContent = text;
  }

  #send() {
    const message = this.#part("textarea");
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

  /** @returns {string | undefined} why nothing was sent */
  #deliver(text) {
    const hex = this.#part(".as select").value === "hex";
    const data = hex ? bytesOf(text) : text;
    if (data === null) return "Bytes are pairs of hex digits, such as 48 65 6c 6c 6f.";
    const peer = this.roster.chosen;
    try {
      (peer ?? this.#socket).send(data);
    } catch (failure) {
      return `Nothing was sent: ${failure.message}`;
    }
    this.log.add({ kind: peer ? "direct" : "broadcast", to: peer?.id, own: true, ...describe(data) });
    return undefined;
  }
}
