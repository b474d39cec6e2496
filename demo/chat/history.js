/** What newcomers are told of what was said: whether, which is a setting of the room, and by whom. */

import { Emitter } from "../shared/events.js";
import { encode, HISTORY_AT_MOST, LINES_AT_MOST } from "./wire.js";

/**
 * @import { Person, Room } from "../shared/room.js"
 * @import { Line } from "./wire.js"
 */

/** Hellos of all who are there come within this time, so that the one who has been there longest can be asked. */
const GATHER_MS = 400;
/** One who has not answered until then is not going to. */
const ANSWER_MS = 3000;
/** Changes of the setting; a number beyond is somebody's joke. */
const CLOCK_AT_MOST = 1_000_000;

/**
 * Whether history is on, since how many changes, and the id of whoever made the last.
 * @typedef {{on: boolean, clock: number, by: string}} Setting
 */

/**
 * A room, as far as a history needs one.
 * @typedef {Pick<Room, "id" | "state" | "people" | "announce" | "sendTo" | "addEventListener">}
 *   HistoryRoom
 */

/**
 * What was said, and when by `Date.now()`.
 * @typedef {{name: string, text: string, at: number}} ToldLine
 */

/**
 * @typedef {{setting: {person: Person | null}, told: {person: Person, lines: ToldLine[]}}}
 *   HistoryEvents
 */

/**
 * Fires `setting` with `{person}` who has changed it just now, null where it was found so, and
 * `told` with `{person, lines}`.
 * @extends {Emitter<HistoryEvents>}
 */
export class History extends Emitter {
  /**
   * The newest setting of all that were heard: by clock, then by the id of who made it.
   * @type {Setting}
   */
  #setting = { on: false, clock: 0, by: "" };
  #room;
  /** What was said to all since it is on, oldest first. @type {(ToldLine & {size: number})[]} */
  #lines = [];
  #size = 0;
  #openedAt = Infinity;
  /** Whether this page has a past here, and so need not ask. */
  #settled = false;
  /** Who is asked now. @type {Person | null} */
  #giver = null;
  /** @type {Set<string>} */
  #asked = new Set();
  /** @type {Set<string>} */
  #answered = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HistoryRoom} room */
  constructor(room) {
    super();
    this.#room = room;
    room.addEventListener("state", () => room.state === "open" && this.#opened());
    room.addEventListener("come", ({ detail }) => this.#met(detail.person));
    room.addEventListener("changed", ({ detail }) => this.#merge(detail.person, detail.person));
    room.addEventListener("go", ({ detail }) => this.#gone(detail.person));
  }

  get on() {
    return this.#setting.on;
  }

  /** What goes into hellos. */
  get setting() {
    return this.#setting;
  }

  /**
   * @param {boolean} on
   * @returns {boolean} false when it cannot be changed any more
   */
  switch(on) {
    const { clock } = this.#setting;
    if (clock >= CLOCK_AT_MOST) return false;
    this.#adopt({ on, clock: clock + 1, by: this.#room.id });
    this.#room.announce();
    return true;
  }

  /**
   * Keeps what was said to all, while that is on.
   * @param {string} name
   * @param {string} text
   * @param {number} [at]
   */
  keep(name, text, at = Date.now()) {
    if (!this.on) return;
    const size = JSON.stringify({ name, text, ago: Number.MAX_SAFE_INTEGER }).length + 1;
    this.#lines.push({ name, text, at, size });
    this.#size += size;
    while (this.#lines.length > LINES_AT_MOST || this.#size > HISTORY_AT_MOST)
      this.#size -= this.#lines.shift()?.size ?? 0;
  }

  /**
   * Tells somebody, once.
   * @param {Person} person
   */
  hearGet(person) {
    if (!this.on || this.#answered.has(person.id)) return;
    this.#answered.add(person.id);
    const now = Date.now();
    const lines = this.#lines.map(({ name, text, at }) => ({ name, text, ago: Math.max(now - at, 0) }));
    this.#room.sendTo(person, encode("history", { lines }));
  }

  /**
   * Takes what was asked for, and only that.
   * @param {Person} person
   * @param {Line[]} lines
   */
  hearLines(person, lines) {
    if (person !== this.#giver) return;
    this.#settle();
    const now = Date.now();
    const told = lines.map(({ name, text, ago }) => ({ name, text, at: now - ago }));
    const heard = this.#lines;
    this.#clear();
    for (const { name, text, at } of [...told, ...heard]) this.keep(name, text, at);
    if (told.length > 0) this.#tell("told", { person, lines: told });
  }

  stop() {
    clearTimeout(this.#timer);
  }

  #opened() {
    this.#asked.clear();
    this.#answered.clear();
    this.#settled ||= this.#openedAt !== Infinity;
    this.#openedAt = performance.now();
  }

  /** @param {Person} person */
  #met(person) {
    this.#merge(person, null);
    this.#gather();
  }

  /**
   * @param {Person | null} by who has changed it, unless they only pass it on
   * @param {Person} person
   */
  #merge(person, by) {
    const setting = settingOf(person.extra);
    if (!setting || !isNewer(setting, this.#setting)) return;
    const before = this.on;
    this.#adopt(setting);
    if (before !== this.on) this.#tell("setting", { person: by?.id === setting.by ? by : null });
    this.#gather();
  }

  /** @param {Setting} setting */
  #adopt(setting) {
    this.#setting = setting;
    if (!setting.on) this.#clear();
  }

  #gather() {
    if (this.#settled || this.#giver || this.#timer || !this.on || !this.#next) return;
    this.#timer = setTimeout(() => this.#ask(), GATHER_MS);
  }

  /** Asks the next one, until somebody has told. */
  #ask() {
    this.#timer = undefined;
    this.#giver = this.on ? this.#next : null;
    if (!this.#giver) return;
    this.#asked.add(this.#giver.id);
    this.#room.sendTo(this.#giver, encode("history-get"));
    this.#timer = setTimeout(() => this.#ask(), ANSWER_MS);
  }

  /** Who has been there longest, longer than this page, and has not been asked. */
  get #next() {
    const elders = [...this.#room.people.values()].filter(
      ({ id, since }) => since < this.#openedAt && !this.#asked.has(id),
    );
    return elders.sort((one, other) => one.since - other.since)[0];
  }

  /** @param {Person} person */
  #gone(person) {
    this.#answered.delete(person.id);
    if (person !== this.#giver) return;
    clearTimeout(this.#timer);
    this.#ask();
  }

  #settle() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#giver = null;
    this.#settled = true;
  }

  #clear() {
    this.#lines = [];
    this.#size = 0;
  }

  /**
   * @template {keyof HistoryEvents} Type
   * @param {Type} type
   * @param {HistoryEvents[Type]} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/**
 * @param {Record<string, unknown>} extra
 * @returns {Setting | null}
 */
function settingOf({ history }) {
  const { on, clock, by } = Object(history);
  const isSound =
    typeof on === "boolean" &&
    Number.isSafeInteger(clock) &&
    clock > 0 &&
    clock <= CLOCK_AT_MOST &&
    typeof by === "string" &&
    by.length <= 80;
  return isSound ? { on, clock, by } : null;
}

/**
 * @param {Setting} one
 * @param {Setting} other
 */
function isNewer(one, other) {
  return one.clock > other.clock || (one.clock === other.clock && one.by > other.by);
}
