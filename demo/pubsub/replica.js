/**
 * Keeps a ledger the same with everyone in a room, by JSON texts:
 *
 *   {"type":"put","topic":"lamp","clock":7,"value":40}            to all; without a value it clears the topic
 *   {"type":"ask"}                                                to the lowest id: give me all last values
 *   {"type":"all","entries":[["lamp",7,"<id>",40]],"end":true}    the answer, in parts
 *   {"type":"news","entries":[…]}                                 back: what the answer lacked; what was new of it goes to all
 *   {"type":"sum","upTo":5,"clock":7,"sum":12}                    the lowest id to all, now and then: who differs asks it
 */

import { MESSAGE_AT_MOST, partsOf, TOPICS_AT_MOST, unpack } from "./ledger.js";

/**
 * @import { Data, Person, Room } from "../shared/room.js"
 * @import { Entry, Ledger } from "./ledger.js"
 */

/** How often ledgers are compared: what is older has settled, and who has not answered by the second time is passed over. */
const COMPARE_MS = 2000;

/**
 * A room, as far as a replica needs one.
 * @typedef {Pick<Room, "id" | "order" | "isLowest" | "people" | "send" | "sendTo" |
 *   "addEventListener">} ReplicaRoom
 */

export class Replica {
  #room;
  #ledger;
  #changed;
  /** Who has been asked, but has not answered completely. @type {Person | null} */
  #asked = null;
  /** The topics for which its answer has what we have. @type {Set<string>} */
  #agreed = new Set();
  /** Whether, since the connection was made, somebody has answered, or nobody was there. */
  #informed = false;
  /** Of the time since the last comparison, so that nobody can make us work more often. @type {{asked: Person | null, given: Set<Person>, compared: boolean}} */
  #lately = { asked: null, given: new Set(), compared: false };
  #settled = 0;
  #timer = setInterval(() => this.compare(), COMPARE_MS);

  /**
   * @param {ReplicaRoom} room that is not open yet
   * @param {Ledger} ledger
   * @param {(entry: Entry) => void} changed hears of each new last value
   */
  constructor(room, ledger, changed) {
    this.#room = room;
    this.#ledger = ledger;
    this.#changed = changed;
    room.addEventListener("come", ({ detail }) => this.#met(detail.person));
    room.addEventListener("go", ({ detail }) => detail.person === this.#asked && this.#ask(this.#next()));
    room.addEventListener("back", () => {
      this.#informed = false;
    });
    room.addEventListener("data", ({ detail }) => this.#hear(detail));
  }

  /**
   * @param {Entry} entry
   * @returns {boolean} whether the others have been told
   */
  put({ topic, clock, by, value }) {
    const told = this.#room.send(JSON.stringify({ type: "put", topic, clock, value }));
    this.#mergeAll([{ topic, clock, by, value }]);
    return told;
  }

  /** Finds what got lost between people who came, went or were cut off at a bad moment. */
  compare() {
    const { clock } = this.#ledger;
    const { asked } = this.#lately;
    this.#lately = { asked: this.#asked, given: new Set(), compared: false };
    if (asked && asked === this.#asked) this.#ask(this.#next(asked.id) ?? this.#next());
    if (!this.#asked) this.#informed = true;
    if (!this.#asked && this.#room.isLowest)
      this.#send("sum", { upTo: this.#settled, clock, sum: this.#ledger.sum(this.#settled) });
    this.#settled = clock;
  }

  close() {
    clearInterval(this.#timer);
  }

  /** @param {{person: Person, data: Data, direct: boolean}} said */
  #hear({ person, data, direct }) {
    if (typeof data !== "string" || data.length > MESSAGE_AT_MOST) return;
    const said = parse(data);
    if (said.type === "put") this.#heardPut(person, said);
    if (said.type === "ask") this.#give(person);
    if (said.type === "all") this.#heardAll(person, entriesOf(said), said.end);
    if (said.type === "news") this.#heardNews(entriesOf(said), direct);
    if (said.type === "sum" && person.id === this.#room.order[0]) this.#heardSum(person, said);
  }

  /**
   * @param {Person} person
   * @param {Record<string, unknown>} put
   */
  #heardPut({ id }, { topic, clock, value }) {
    // Elsewhere, an id that a program chose has an ending.
    const entry = unpack([topic, clock, id.split("~")[0], value]);
    if (entry) this.#mergeAll([entry]);
  }

  /**
   * Who was asked before somebody lower came answers, too.
   * @param {Person} person
   * @param {Entry[]} entries
   * @param {unknown} end
   */
  #heardAll(person, entries, end) {
    this.#mergeAll(entries);
    if (person !== this.#asked) return;
    for (const entry of entries) if (this.#ledger.holds(entry)) this.#agreed.add(entry.topic);
    if (end || this.#agreed.size > TOPICS_AT_MOST) this.#answered(person);
  }

  /**
   * Who knew nothing is new itself: then the next one is asked.
   * @param {Person} person
   */
  #answered(person) {
    const lacking = [...this.#ledger.entries.values()].filter(({ topic }) => !this.#agreed.has(topic));
    this.#sendEntries("news", lacking, person);
    const next = this.#agreed.size ? null : this.#next(person.id);
    if (next && !this.#informed) return this.#ask(next);
    this.#asked = null;
    this.#informed = true;
    return undefined;
  }

  /**
   * @param {Entry[]} entries
   * @param {boolean} direct
   */
  #heardNews(entries, direct) {
    const news = this.#mergeAll(entries);
    if (direct) this.#sendEntries("news", news);
  }

  /**
   * @param {Person} person
   * @param {Record<string, unknown>} compared
   */
  #heardSum(person, { upTo, clock, sum }) {
    if (this.#asked || this.#lately.compared) return;
    this.#lately.compared = true;
    if (this.#settled > Number(clock) || sum !== this.#ledger.sum(Number(upTo))) this.#ask(person);
  }

  /** @param {Person} person */
  #met(person) {
    if (this.#informed || (this.#asked && this.#asked.id < person.id)) return;
    this.#ask(person);
  }

  /** @param {Person | undefined} person none if there is nobody to ask */
  #ask(person) {
    this.#asked = person ?? null;
    this.#agreed.clear();
    if (person) this.#send("ask", {}, person);
  }

  /** @param {Person} person */
  #give(person) {
    if (this.#lately.given.has(person)) return;
    this.#lately.given.add(person);
    this.#sendEntries("all", [...this.#ledger.entries.values()], person);
    this.#send("all", { end: true }, person);
  }

  /** Who has the lowest id, or the lowest beyond another. */
  #next(beyond = "") {
    const id = this.#room.order.find((other) => other > beyond && other !== this.#room.id);
    return id === undefined ? undefined : this.#room.people.get(id);
  }

  /**
   * @param {Entry[]} entries
   * @returns {Entry[]} those that are new
   */
  #mergeAll(entries) {
    const news = this.#ledger.mergeAll(entries);
    news.forEach(this.#changed);
    return news;
  }

  /**
   * @param {"all" | "news"} type
   * @param {Entry[]} entries
   * @param {Person} [person]
   */
  #sendEntries(type, entries, person) {
    for (const part of partsOf(entries)) this.#tell(`{"type":"${type}","entries":${part}}`, person);
  }

  /**
   * @param {"ask" | "all" | "sum"} type
   * @param {object} fields
   * @param {Person} [person]
   */
  #send(type, fields, person) {
    this.#tell(JSON.stringify({ type, ...fields }), person);
  }

  /**
   * @param {string} text
   * @param {Person} [person]
   */
  #tell(text, person) {
    if (person) this.#room.sendTo(person, text);
    else this.#room.send(text);
  }
}

/**
 * Nobody keeps more of them.
 * @param {Record<string, unknown>} said
 */
function entriesOf({ entries }) {
  return Array.isArray(entries)
    ? entries
        .slice(0, TOPICS_AT_MOST)
        .map(unpack)
        .filter((entry) => entry !== null)
    : [];
}

/**
 * @param {string} data
 * @returns {Record<string, unknown>}
 */
function parse(data) {
  try {
    return Object(JSON.parse(data));
  } catch {
    return {};
  }
}
