/** One channel with the people in it: who they are, what they send, and whether they can be reached. */

import { Emitter } from "./events.js";
import { decodeHello, encodeHello } from "./hello.js";

/**
 * @import { NetworkWebSocket, NetworkWebSocketEventMap, PeerWebSocket } from "networkwebsockets"
 * @import { Hello } from "./hello.js"
 */

/**
 * A peer with a page of this demo. `here` is how long it had been in the channel when it last said so, and `since` when it
 * came, by this page's `performance.now()`, both in milliseconds. `extra` is what the demo added: nobody has checked it.
 * @typedef {{
 *   id: string,
 *   name: string,
 *   here: number,
 *   since: number,
 *   extra: Record<string, unknown>,
 *   peer: Peer,
 * }} Person
 */

/** What a person sent. @typedef {string | ArrayBuffer} Data */
/** What a page sends. @typedef {string | ArrayBuffer | ArrayBufferView<ArrayBuffer>} Message */

/**
 * A channel, as far as a room needs one.
 * @typedef {Pick<NetworkWebSocket, "id" | "readyState" | "binaryType" | "bufferedAmount" |
 *   "addEventListener" | "send" | "close">} Channel
 */

/**
 * What fires events of this type.
 * @template {keyof NetworkWebSocketEventMap} Type
 * @typedef {{addEventListener(type: Type, listener: (event: NetworkWebSocketEventMap[Type]) =>
 *   void): void}} Listened
 */

/**
 * @typedef {Pick<PeerWebSocket, "id" | "readyState" | "binaryType" | "addEventListener" | "send">}
 *   Peer
 */

/**
 * @typedef {object} RoomEvents
 * @property {undefined} state
 * @property {undefined} people
 * @property {{person: Person}} come
 * @property {{person: Person, lost: boolean}} go
 * @property {{person: Person, before: string}} renamed
 * @property {{person: Person}} changed
 * @property {{person: Person, data: Data, direct: boolean}} data
 * @property {undefined} lost
 * @property {undefined} back
 */

/**
 * Fires, in the task in which a frame arrives,
 *
 * - `state`: `state`, `why` or `reason` has changed; `people`: anything about the people has
 * - `come`, `go`, `renamed`, `changed` with `{person}` as detail; `go` has `lost` too: whether it is our connection that went,
 *   `renamed` has `before`
 * - `data` with `{person, data, direct}`: what a person sent between coming and going, a string or an `ArrayBuffer`
 * - `lost`, after all people have gone, and `back`, before they come again
 * @extends {Emitter<RoomEvents>}
 */
export class Room extends Emitter {
  /** @type {'connecting' | 'open' | 'lost' | 'failed' | 'left'} */
  state = "connecting";
  /** Why there is no connection, as far as known: a sentence. */
  why = "";
  /** The same as a word of the library's. */
  reason = "";
  /** @type {Map<string, Person>} */
  people = new Map();
  /** Peers that are no pages of this demo. @type {Map<string, Peer>} */
  others = new Map();
  #socket;
  #demo;
  #extra;
  #since = 0;
  /** How many here have a name, by name in lower case; made anew after each change. @type {Map<string, number> | null} */
  #namesakes = null;

  /**
   * @param {Channel} socket of the channel, with the option `reconnect`
   * @param {{demo: string, name: string, extra?: () => object}} hello
   */
  constructor(socket, { demo, name, extra = () => ({}) }) {
    super();
    this.#socket = socket;
    this.#demo = demo;
    this.#extra = extra;
    this.name = name;
    socket.binaryType = "arraybuffer";
    this.#listen(socket, "open", () => this.#opened());
    this.#listen(socket, "connect", (event) => this.#met(event.detail.target));
    this.#listen(socket, "disconnect", (event) => this.#parted(event.detail.target));
    this.#listen(socket, "message", (event) => this.#heard(event.senderId, event.data, false));
    this.#listen(socket, "error", (event) => this.#failed(event));
    this.#listen(socket, "reconnecting", () => this.#lost());
    this.#listen(socket, "close", () => this.#enter("failed"));
  }

  /** The own peer id: empty while there is no connection, another one after each. */
  get id() {
    return this.#socket.id;
  }

  /** The ids of all people and oneself, sorted: equal on all sides. Other programs may have different ids elsewhere. */
  get order() {
    return [this.id, ...this.people.keys()].filter(Boolean).sort();
  }

  get isLowest() {
    return this.id !== "" && [...this.people.keys()].every((id) => this.id < id);
  }

  /** Bytes that have been sent, but have not left the page. */
  get buffered() {
    return this.#socket.bufferedAmount;
  }

  /**
   * @param {Message} data
   * @returns {boolean} false where there is no connection: nothing was sent
   */
  send(data) {
    return this.#sendBy(this.#socket, data);
  }

  /**
   * @param {Person} person
   * @param {Message} data
   * @returns {boolean} false where the person has gone: nothing was sent
   */
  sendTo(person, data) {
    return this.people.get(person.id) === person && this.#sendBy(person.peer, data);
  }

  /** @param {string} name */
  rename(name) {
    this.name = name;
    this.announce();
    this.#changed();
  }

  /** Says the hello again, to all: something of it has changed. */
  announce() {
    this.send(this.#hello());
  }

  /**
   * The name, with the start of the id where somebody else here has the same.
   * @param {{id: string, name: string}} person
   */
  label({ id, name }) {
    this.#namesakes ??= this.#countNames();
    const others = (this.#namesakes.get(name.toLowerCase()) ?? 0) - (this.people.has(id) || id === this.id ? 1 : 0);
    return others > 0 ? `${name} ${id.slice(0, 4)}` : name;
  }

  leave() {
    this.state = "left";
    this.#socket.close();
  }

  /**
   * @param {Channel | Peer} socket
   * @param {Message} data
   */
  #sendBy(socket, data) {
    if (this.state !== "open" || socket.readyState !== 1) return false;
    socket.send(data);
    return true;
  }

  /**
   * @template {keyof NetworkWebSocketEventMap} Type
   * @param {Listened<NoInfer<Type>>} socket
   * @param {Type} type
   * @param {(event: NetworkWebSocketEventMap[Type]) => void} then
   */
  #listen(socket, type, then) {
    socket.addEventListener(type, (event) => {
      if (this.state !== "left") then(event);
    });
  }

  #opened() {
    const back = this.#since > 0;
    this.#since = performance.now();
    this.why = "";
    this.reason = "";
    this.#enter("open");
    if (back) this.#tell("back");
  }

  /** @param {Peer} peer */
  #met(peer) {
    this.others.set(peer.id, peer);
    peer.binaryType = "arraybuffer";
    this.#listen(peer, "open", () => this.#sendBy(peer, this.#hello()));
    this.#listen(peer, "message", (event) => this.#heard(peer.id, event.data, true));
    this.#changed();
  }

  /** @param {Peer} peer */
  #parted({ id }) {
    const person = this.people.get(id);
    this.people.delete(id);
    this.others.delete(id);
    this.#changed();
    if (person) this.#tell("go", { person, lost: this.#socket.readyState !== 1 });
  }

  /**
   * @param {string} id
   * @param {Data} data
   * @param {boolean} direct
   */
  #heard(id, data, direct) {
    const person = this.people.get(id);
    const hello = decodeHello(data);
    if (hello) this.#greeted(id, hello);
    else if (person) this.#tell("data", { person, data, direct });
  }

  /**
   * @param {string} id
   * @param {Hello} hello
   */
  #greeted(id, { demo, name, here, extra }) {
    const peer = this.others.get(id);
    const person = this.people.get(id);
    if (demo !== this.#demo) return;
    if (person) return this.#updated(person, name, extra);
    if (!peer) return;
    const newcomer = { id, name, here, since: performance.now() - here, extra, peer };
    this.others.delete(id);
    this.people.set(id, newcomer);
    this.#changed();
    this.#tell("come", { person: newcomer });
  }

  /**
   * @param {Person} person
   * @param {string} name
   * @param {Record<string, unknown>} extra
   */
  #updated(person, name, extra) {
    const { name: before, extra: former } = person;
    Object.assign(person, { name, extra });
    if (name !== before) {
      this.#changed();
      this.#tell("renamed", { person, before });
    }
    if (JSON.stringify(extra) !== JSON.stringify(former)) this.#tell("changed", { person });
  }

  /**
   * While there is a connection, this is about a single message, or the end.
   * @param {{reason: string, message: string, fatal?: boolean}} failure
   */
  #failed({ reason, message, fatal = false }) {
    if (this.state === "open" && !fatal) return;
    this.why = message;
    this.reason = reason;
    this.#tell("state");
  }

  #lost() {
    if (this.state !== "open") return;
    this.#enter("lost");
    this.#tell("lost");
  }

  #hello() {
    const here = performance.now() - this.#since;
    return encodeHello({ demo: this.#demo, name: this.name, here, extra: this.#extra() });
  }

  #countNames() {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const { name } of [this, ...this.people.values()]) {
      const key = name.toLowerCase();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  #changed() {
    this.#namesakes = null;
    this.#tell("people");
  }

  /** @param {Room["state"]} state */
  #enter(state) {
    this.state = state;
    this.#tell("state");
  }

  /**
   * @template {keyof RoomEvents} Type
   * @param {Type} type
   * @param {RoomEvents[Type]} [detail]
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
