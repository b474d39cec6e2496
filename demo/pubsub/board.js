/** The table of topics: a pattern, last values and rates, drawn some times a second however many messages come. */

import { byId, element } from "../shared/element.js";
import { messageOf } from "../shared/failure.js";
import { Graph } from "../shared/graph.js";
import { nameTag } from "../shared/names.js";
import { TOPICS_AT_MOST } from "./ledger.js";
import { Tally } from "./tally.js";

/**
 * @import { Room } from "../shared/room.js"
 * @import { Row } from "./tally.js"
 * @import { Entry, Ledger } from "./ledger.js"
 * @import { Hub } from "./hub.js"
 */

const ROWS_AT_MOST = 100;
const TEXT_AT_MOST = 200;
/** Nobody reads faster, and a frame costs the same whatever it shows. */
const DRAW_PAUSE_MS = 100;
const FRESH_MS = 800;
const ROLL_MS = 1000;
const RATE = { label: "Messages a second", unit: "/s", height: 64, series: [{ label: "messages", hue: 4 }] };

export class Board {
  #pattern = byId("pattern", HTMLInputElement);
  #error = byId("pattern-error", HTMLElement);
  #body = byId("topics", HTMLElement);
  #total = byId("total", HTMLElement);
  #rest = byId("rest", HTMLElement);
  #tally = new Tally();
  #graph = new Graph(byId("graph", HTMLElement), RATE);
  /** @type {Map<string, Line>} */
  #lines = new Map();
  /** @type {{generation: number, topics: string[]}} */
  #sorted = { generation: -1, topics: [] };
  /** @type {Hub | null} */
  #hub = null;
  /** @type {Room | null} */
  #room = null;
  /** @type {Ledger | null} */
  #ledger = null;
  /** The own ids: each connection has another. @type {Set<string>} */
  #own = new Set();
  /** @type {(() => void) | null} */
  #stop = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #frame = 0;
  #drawn = 0;

  constructor() {
    this.#pattern.addEventListener("input", () => this.#subscribe());
    byId("filter", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
  }

  /**
   * @param {Hub} hub
   * @param {Room} room
   * @param {Ledger} ledger
   */
  follow(hub, room, ledger) {
    this.#hub = hub;
    this.#room = room;
    this.#ledger = ledger;
    this.#graph.set(RATE.series);
    room.addEventListener("state", () => this.#own.add(room.id));
    room.addEventListener("people", () => this.#renamed());
    this.#subscribe();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#roll(), ROLL_MS);
  }

  rest() {
    clearInterval(this.#timer);
  }

  #subscribe() {
    this.#stop?.();
    this.#stop = null;
    this.#tally.restart(performance.now());
    try {
      this.#stop = this.#hub?.subscribe(this.#pattern.value, (_, __, entry) => this.#hear(entry)) ?? null;
      this.#error.textContent = "";
    } catch (refusal) {
      this.#error.textContent = messageOf(refusal);
    }
    this.#pattern.setAttribute("aria-invalid", String(!this.#stop));
    this.#draw();
  }

  /** @param {Entry} entry */
  #hear(entry) {
    this.#tally.hear(entry, performance.now());
    this.#frame ||= requestAnimationFrame(() => this.#drawSometimes());
  }

  #roll() {
    const now = performance.now();
    this.#tally.roll(now, (topic) => this.#ledger?.entries.has(topic) ?? false);
    this.#graph.push([this.#tally.rate]);
    this.#total.textContent = Math.round(this.#tally.rate).toLocaleString("en");
    this.#draw();
  }

  #drawSometimes() {
    this.#frame = 0;
    if (performance.now() - this.#drawn >= DRAW_PAUSE_MS) this.#draw();
    else this.#frame = requestAnimationFrame(() => this.#drawSometimes());
  }

  #draw() {
    this.#drawn = performance.now();
    const topics = this.#topics();
    if (this.#lines.size !== topics.length || topics.some((topic) => !this.#lines.has(topic))) this.#arrange(topics);
    for (const topic of topics) {
      const row = this.#tally.rows.get(topic);
      if (row) this.#lines.get(topic)?.show(row, this.#tally.newest, this.#drawn);
    }
    this.#tellRest();
  }

  /** Those that are shown, by name. */
  #topics() {
    const { generation, rows } = this.#tally;
    if (this.#sorted.generation !== generation) {
      const topics = [...rows.keys()].sort(byName.compare).slice(0, ROWS_AT_MOST);
      this.#sorted = { generation, topics };
    }
    return this.#sorted.topics;
  }

  /** @param {string[]} topics */
  #arrange(topics) {
    this.#lines = new Map(
      topics.map((topic) => [topic, this.#lines.get(topic) ?? new Line(topic, (by) => this.#tagOf(by))]),
    );
    this.#body.replaceChildren(...[...this.#lines.values()].map((line) => line.element));
  }

  /** @param {string} by */
  #tagOf(by) {
    const room = this.#room;
    const isOwn = this.#own.has(by);
    const person = isOwn ? room : room?.people.get(by);
    return room && person ? [nameTag(room.label(person)), isOwn ? " (you)" : ""] : [];
  }

  #renamed() {
    for (const line of this.#lines.values()) line.forgetName();
  }

  #tellRest() {
    const hidden = this.#tally.rows.size - this.#lines.size;
    const dropped = this.#ledger?.dropped;
    const words = [
      this.#tally.rows.size || !this.#stop ? "" : "No topic fits this pattern yet.",
      hidden > 0 ? `${hidden} more: a narrower pattern shows them.` : "",
      dropped ? `Only the newest ${TOPICS_AT_MOST} topics are kept: ${dropped} older ones have gone.` : "",
    ]
      .filter(Boolean)
      .join(" ");
    if (this.#rest.textContent !== words) this.#rest.textContent = words;
  }
}

const byName = new Intl.Collator("en", { numeric: true });

class Line {
  #value = element("td", { className: "value" });
  #from = element("td", { className: "from" });
  #rate = element("td", { className: "rate" });
  #tagOf;
  /** @type {Entry | null} */
  #entry = null;
  #by = "";

  /**
   * @param {string} topic
   * @param {(by: string) => (Node | string)[]} tagOf
   */
  constructor(topic, tagOf) {
    this.#tagOf = tagOf;
    this.element = element(
      "tr",
      {},
      element("th", { scope: "row", title: topic, textContent: topic }),
      this.#value,
      this.#from,
      this.#rate,
    );
  }

  /**
   * @param {Row} row
   * @param {Row | null} newest
   * @param {number} now
   */
  show(row, newest, now) {
    const { entry } = row;
    if (entry !== this.#entry) this.#showValue(entry);
    if (entry.by !== this.#by) this.#showName(entry.by);
    const rate = row.rate >= 0.5 ? Math.round(row.rate).toLocaleString("en") : "";
    if (this.#rate.textContent !== rate) this.#rate.textContent = rate;
    this.element.classList.toggle("fresh", now - row.at < FRESH_MS);
    this.element.classList.toggle("newest", row === newest);
  }

  /** Somebody has come, gone or got another name: it is looked up anew. */
  forgetName() {
    this.#by = "";
  }

  /** @param {Entry} entry */
  #showValue(entry) {
    this.#entry = entry;
    const text = JSON.stringify(entry.value);
    this.#value.textContent = text.length > TEXT_AT_MOST ? `${text.slice(0, TEXT_AT_MOST)}…` : text;
  }

  /** @param {string} by */
  #showName(by) {
    this.#by = by;
    this.#from.replaceChildren(...this.#tagOf(by));
  }
}
