/** What happened in a channel, newest last, bounded, and written to the page once per frame. */

import { find } from "../page.js";

/**
 * What happened: `size` where `text` does not show all of it.
 * @typedef {{kind: string, text: string, peer?: string, to?: string, own?: boolean, size?: string}}
 *   Entry
 */

const ROWS_AT_MOST = 1000;

export class Log {
  #scroller;
  #rows;
  #note;
  /** @type {(Entry & {time: Date})[]} */
  #pending = [];
  #total = 0;
  #frame = 0;
  #atEnd = true;

  /**
   * @param {HTMLElement} scroller
   * @param {string} label
   */
  constructor(scroller, label) {
    this.#scroller = scroller;
    this.#rows = find(scroller, "ol", HTMLElement);
    this.#note = find(scroller, ".dropped", HTMLElement);
    scroller.setAttribute("aria-label", label);
    scroller.addEventListener("scroll", () => this.#look());
    new ResizeObserver(() => this.settle()).observe(scroller);
  }

  /** @param {Entry} entry */
  add(entry) {
    this.#pending.push({ ...entry, time: new Date() });
    if (this.#pending.length > ROWS_AT_MOST) this.#pending.shift();
    this.#total += 1;
    this.#frame ||= requestAnimationFrame(() => this.#flush());
  }

  clear() {
    this.#pending = [];
    this.#total = 0;
    this.#rows.replaceChildren();
    this.#note.hidden = true;
  }

  /** Goes to the end, unless the reader is elsewhere. */
  settle() {
    if (this.#atEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #look() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    if (clientHeight) this.#atEnd = scrollHeight - scrollTop - clientHeight < 24;
  }

  #flush() {
    this.#frame = 0;
    this.#rows.append(...this.#pending.map(row));
    this.#pending = [];
    while (this.#rows.childElementCount > ROWS_AT_MOST) this.#rows.firstElementChild?.remove();
    this.#note.hidden = this.#total <= ROWS_AT_MOST;
    this.#note.textContent = `The last ${number(ROWS_AT_MOST)} of ${number(this.#total)} rows`;
    this.settle();
  }
}

/** @param {Entry & {time: Date}} entry */
function row({ kind, text, peer, to, own, size, time }) {
  const item = document.createElement("li");
  item.dataset.kind = kind;
  if (own) item.dataset.own = "";
  const clock = cell("time", "time", time.toTimeString().slice(0, 8));
  clock.dateTime = time.toISOString();
  const who = cell("span", "who", own ? (to ? `you → ${to}` : "you") : (peer ?? "you"));
  who.title = to ?? peer ?? "";
  const data = cell("span", "data", text);
  if (size) data.append(" ", cell("span", "size", size));
  item.append(clock, cell("span", "kind", kind), who, data);
  return item;
}

/** @param {number} value */
function number(value) {
  return value.toLocaleString("en");
}

/**
 * @template {"span" | "time"} Tag
 * @param {Tag} tag
 * @param {string} name
 * @param {string} text
 */
function cell(tag, name, text) {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}
