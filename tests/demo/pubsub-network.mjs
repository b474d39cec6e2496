/** Rooms without sockets: who hears what, and when, is drawn by lot, so that a seed tells the whole story. */

import { Emitter } from "../../demo/shared/events.js";
import { Hub } from "../../demo/pubsub/hub.js";
import { Ledger } from "../../demo/pubsub/ledger.js";

/**
 * @import { TestContext } from "node:test"
 * @import { Data, Message, Person, RoomEvents } from "../../demo/shared/room.js"
 */

/**
 * Numbers below `count` by mulberry32.
 * @param {number} seed
 */
export function lots(seed) {
  let state = seed;
  /** @param {number} count */
  return (count) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
  };
}

/**
 * A hub that takes part, with its room and its ledger.
 * @typedef {{hub: Hub, room: SimulatedRoom, ledger: Ledger}} Member
 */

/**
 * What is under way from one to another: `data` belongs to the kind `data`.
 * @typedef {{kind: "connect" | "hello" | "go" | "data", data?: Data, direct?: boolean}} Parcel
 */

/**
 * @typedef {Parcel[] & {from: SimulatedRoom, to: SimulatedRoom, sender: string, receiver: string}}
 *   Queue
 */

/** @extends {Emitter<RoomEvents>} */
class SimulatedRoom extends Emitter {
  id = "";
  /** @type {"connecting" | "open" | "lost" | "left"} */
  state = "connecting";
  /** @type {Map<string, Person>} */
  people = new Map();

  /**
   * @param {Network} network
   * @param {number} number
   */
  constructor(network, number) {
    super();
    this.network = network;
    this.number = number;
  }

  get order() {
    return [this.id, ...this.people.keys()].filter(Boolean).sort();
  }

  get isLowest() {
    return this.id !== "" && this.order[0] === this.id;
  }

  /** @param {Message} data */
  send(data) {
    if (this.state !== "open") return false;
    for (const other of this.network.reachable(this))
      this.network.queue(this, other).push({ kind: "data", data: String(data), direct: false });
    return true;
  }

  /**
   * @param {{id: string}} person
   * @param {Message} data
   */
  sendTo(person, data) {
    if (this.state !== "open" || this.people.get(person.id) !== person) return false;
    const other = this.network.rooms.find(({ id }) => id === person.id);
    if (other && this.network.reachable(this).includes(other))
      this.network.queue(this, other).push({ kind: "data", data: String(data), direct: true });
    return true;
  }

  /**
   * @template {keyof RoomEvents} Type
   * @param {Type} type
   * @param {RoomEvents[Type]} [detail]
   */
  fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

export class Network {
  /** @type {SimulatedRoom[]} those that are connected */
  rooms = [];
  #draw;
  /** @type {Map<string, Queue>} */
  #queues = new Map();
  /** @type {Set<string>} */
  #cuts = new Set();
  #ids = 0;
  #members = 0;

  /** @param {number} seed */
  constructor(seed) {
    this.#draw = lots(seed);
  }

  /**
   * A hub that joins, with its room and its ledger. `now` is its wall clock.
   * @param {() => number} [now]
   * @returns {Member}
   */
  member(now) {
    const room = new SimulatedRoom(this, this.#members++);
    const ledger = new Ledger(now);
    const hub = new Hub(room, ledger);
    this.connect(room);
    return { hub, room, ledger };
  }

  /** @param {SimulatedRoom} room */
  connect(room) {
    const back = room.state === "lost";
    this.#ids += 1;
    room.id = `${"abcdefghij"[this.#draw(10)]}${this.#ids}`;
    room.state = "open";
    room.fire("state");
    if (back) room.fire("back");
    for (const other of this.rooms) this.#introduce(room, other);
    this.rooms.push(room);
  }

  /**
   * Its connection breaks: what is under way from and to it arrives, or not.
   * @param {SimulatedRoom} room
   */
  lose(room) {
    this.#remove(room);
    for (const person of room.people.values()) {
      room.people.delete(person.id);
      room.fire("go", { person, lost: true });
    }
    Object.assign(room, { state: "lost", id: "" });
    room.fire("state");
    room.fire("lost");
  }

  /** @param {Member} member */
  leave({ hub, room }) {
    this.#remove(room);
    room.state = "left";
    hub.close();
  }

  /**
   * Two rooms do not reach each other until `join`.
   * @param {SimulatedRoom} one
   * @param {SimulatedRoom} other
   */
  cut(one, other) {
    this.#cuts.add(key(one, other));
    if (this.rooms.includes(one) && this.rooms.includes(other)) this.#part(one, other);
  }

  /**
   * @param {SimulatedRoom} one
   * @param {SimulatedRoom} other
   */
  join(one, other) {
    if (this.#cuts.delete(key(one, other)) && this.rooms.includes(one) && this.rooms.includes(other))
      this.#introduce(one, other);
  }

  /**
   * @param {SimulatedRoom} one
   * @param {SimulatedRoom} other
   */
  isCut(one, other) {
    return this.#cuts.has(key(one, other));
  }

  /** @param {SimulatedRoom} room */
  reachable(room) {
    return this.rooms.filter((other) => other !== room && !this.isCut(room, other));
  }

  /**
   * @param {SimulatedRoom} from
   * @param {SimulatedRoom} to
   * @returns {Queue}
   */
  queue(from, to) {
    const name = `${from.id} ${to.id}`;
    const queue = this.#queues.get(name) ?? Object.assign([], { from, to, sender: from.id, receiver: to.id });
    this.#queues.set(name, queue);
    return queue;
  }

  /** Lets one thing arrive. @returns {boolean} whether there was one */
  step() {
    const busy = [...this.#queues.values()].filter((queue) => queue.length);
    if (!busy.length) return false;
    const queue = busy[this.#draw(busy.length)];
    const parcel = queue.shift();
    if (parcel) this.#arrive(queue, parcel);
    return true;
  }

  settle() {
    while (this.step());
  }

  /**
   * @param {SimulatedRoom} one
   * @param {SimulatedRoom} other
   */
  #introduce(one, other) {
    if (this.isCut(one, other)) return;
    this.queue(one, other).push({ kind: "connect" });
    this.queue(other, one).push({ kind: "connect" });
  }

  /**
   * @param {Queue} queue
   * @param {Parcel} parcel
   */
  #arrive({ from, to, sender, receiver }, { kind, data = "", direct = false }) {
    if (to.state !== "open" || to.id !== receiver) return;
    const person = to.people.get(sender);
    if (kind === "connect" && this.reachable(to).includes(from)) this.queue(to, from).push({ kind: "hello" });
    if (kind === "hello" && !person) this.#meet(to, sender);
    if (kind === "data" && person) to.fire("data", { person, data, direct });
    if (kind !== "go" || !person) return;
    to.people.delete(sender);
    to.fire("go", { person, lost: false });
  }

  /**
   * @param {SimulatedRoom} room
   * @param {string} id
   */
  #meet(room, id) {
    // No more of a person is looked at.
    const person = /** @type {Person} */ ({ id, name: id });
    room.people.set(person.id, person);
    room.fire("come", { person });
  }

  /** @param {SimulatedRoom} room */
  #remove(room) {
    for (const other of this.reachable(room)) this.#part(room, other);
    this.rooms = this.rooms.filter((other) => other !== room);
  }

  /**
   * Of what is under way between two, the end gets lost.
   * @param {SimulatedRoom} one
   * @param {SimulatedRoom} other
   */
  #part(one, other) {
    for (const queue of [this.queue(one, other), this.queue(other, one)]) {
      queue.length = this.#draw(queue.length + 1);
      queue.push({ kind: "go" });
    }
  }
}

/**
 * @param {SimulatedRoom} one
 * @param {SimulatedRoom} other
 */
const key = (one, other) => [one.number, other.number].sort().join();

/**
 * Some members who all know each other, on a network of their own.
 * @param {TestContext} t
 * @param {number} count
 * @param {number} [seed]
 */
export function together(t, count, seed = 1) {
  const network = new Network(seed);
  const members = Array.from({ length: count }, () => network.member());
  t.after(() => {
    for (const { hub } of members) hub.close();
  });
  network.settle();
  return { network, members };
}

/** @param {Member} member */
export const values = ({ ledger }) =>
  Object.fromEntries(
    [...ledger.entries.values()].filter(({ value }) => value !== undefined).map(({ topic, value }) => [topic, value]),
  );
/** @param {Member} member */
export const stamps = ({ ledger }) => [...ledger.entries.values()].map((entry) => JSON.stringify(entry)).sort();

/**
 * @param {Hub} hub
 * @param {string} pattern
 */
export function heard(hub, pattern) {
  /** @type {[topic: string, value: unknown][]} */
  const said = [];
  hub.subscribe(pattern, (value, topic) => said.push([topic, value]));
  return said;
}

/**
 * A message as a peer could send it that keeps to no rule.
 * @param {Network} network
 * @param {Member} from
 * @param {Member} to
 * @param {unknown} message
 */
export function say(network, from, to, message) {
  network.queue(from.room, to.room).push({
    kind: "data",
    data: typeof message === "string" ? message : JSON.stringify(message),
    direct: true,
  });
  network.settle();
}

/**
 * As if some seconds passed: everybody compares, and what that sets off comes to rest.
 * @param {Network} network
 * @param {Member[]} members
 */
export function reconcile(network, members) {
  network.settle();
  for (let round = 0; round < 4; round += 1) {
    for (const { hub } of members) hub.compare();
    network.settle();
  }
}
