/** What was said and what happened, newest last, bounded, drawn at most once a frame; stays at the end only where the reader is. */

import { byId } from "../shared/element.js";
import { Emitter } from "../shared/events.js";
import { nameTag } from "../shared/names.js";
import { eventLine, saidLine, toldLine } from "./line.js";

/** @import { ToldLine } from "./history.js" */

const LINES_AT_MOST = 1000;
/** Lines that are drawn in one frame: more cannot be read anyway, and would stop the page. */
const FRESH_AT_MOST = 200;
/** How often lines are added while nobody looks: a hidden page has no frames. */
const HIDDEN_MS = 200;
/** How often the number of unseen messages is told: the title of a tab is slow to change. */
const TELL_MS = 250;
const SAME_BREATH_MS = 120_000;

/**
 * Of a line that is more than text: what has to be done when it goes, and whether it has to stay.
 * @typedef {{drop: () => void, keep: () => boolean}} End
 */

/** @typedef {{make: () => HTMLElement, key?: string, own?: boolean, end?: End}} Fresh */

/**
 * Who said it; `note` marks a direct message.
 * @typedef {{id: string, name: string, own?: boolean, note?: string}} Said
 */

/**
 * Fires `unseen` when the number of messages has changed that came while nobody looked.
 * @extends {Emitter<{unseen: undefined}>}
 */
export class Thread extends Emitter {
  unseen = 0;
  #log = byId("log", HTMLElement);
  #lines = byId("lines", HTMLElement);
  #silence = byId("silence", HTMLElement);
  #button = byId("unread", HTMLElement);
  #below = 0;
  #following = true;
  /** The last line, if somebody said it. @type {{key: string, at: number} | null} */
  #previous = null;
  /** What the next frame draws. @type {Fresh[]} */
  #fresh = [];
  #left = 0;
  #frame = 0;
  #telling = 0;
  /** @type {WeakMap<Element, End>} */
  #ends = new WeakMap();

  constructor() {
    super();
    this.#button.addEventListener("click", () => {
      this.#toEnd();
      byId("message", HTMLTextAreaElement).focus();
    });
    this.#log.addEventListener("scroll", () => {
      this.#following = this.#atEnd;
      if (this.#following) this.#seen();
    });
    const sizes = new ResizeObserver(() => this.#following && this.#toEnd());
    sizes.observe(this.#log);
    sizes.observe(this.#lines);
    document.addEventListener("visibilitychange", () => this.#look());
  }

  /** Empties it for another channel. */
  restart() {
    this.#fresh.forEach(({ end }) => end?.drop());
    this.#fresh = [];
    this.#left = 0;
    for (const line of this.#lines.children) this.#ends.get(line)?.drop();
    this.#lines.replaceChildren();
    this.#silence.hidden = false;
    this.#previous = null;
    this.#toEnd();
    this.#look();
  }

  /** @param {Said & {text: string}} said */
  said(said) {
    this.#speak({ ...said, make: () => saidLine(said) });
  }

  /**
   * A file.
   * @param {Said & End & {open: () => HTMLElement}} said `open` makes its card when that is shown,
   *   `drop` is called when it goes, which it does not as long as `keep` says so
   */
  card({ open, drop, keep, ...said }) {
    this.#speak({ ...said, end: { drop, keep }, make: () => saidLine({ ...said, body: open() }) });
  }

  /** @param {...(string | {name: string})} parts text, and names of people */
  note(...parts) {
    this.#add({
      make: () => eventLine(...parts.map((part) => (typeof part === "string" ? part : nameTag(part.name)))),
    });
  }

  /**
   * Puts what a newcomer was told above everything else.
   * @param {string} giver
   * @param {ToldLine[]} lines
   */
  told(giver, lines) {
    this.#silence.hidden = true;
    this.#lines.prepend(toldLine(giver, lines));
  }

  /** @param {Said & {make: () => HTMLElement, end?: End}} said */
  #speak({ id, name, own, note, make, end }) {
    if (!own && document.hidden) this.#count(this.unseen + 1);
    this.#add({ make, key: `${id} ${name} ${note}`, own, end });
  }

  /** @param {Fresh} fresh */
  #add(fresh) {
    this.#fresh.push(fresh);
    if (this.#fresh.length > FRESH_AT_MOST) this.#leaveOut(this.#fresh.findIndex(({ own }) => !own));
    this.#frame ||= document.hidden
      ? setTimeout(() => this.#draw(), HIDDEN_MS)
      : requestAnimationFrame(() => this.#draw());
  }

  /** @param {number} index */
  #leaveOut(index) {
    for (const { end } of this.#fresh.splice(index, 1)) end?.drop();
    this.#left += 1;
  }

  #draw() {
    this.#frame = 0;
    if (this.#fresh.length === 0) return;
    const lines = this.#fresh.map((fresh) => this.#lineOf(fresh));
    if (this.#left > 0)
      lines.unshift(eventLine(`${this.#left} lines came faster than they could be shown, and are left out.`));
    const follow = this.#following || this.#fresh.some(({ own }) => own);
    this.#below += this.#fresh.filter(({ key }) => key).length;
    this.#fresh = [];
    this.#left = 0;
    this.#lines.append(...lines);
    while (this.#lines.childElementCount > LINES_AT_MOST) this.#removeOldest();
    if (follow) this.#toEnd();
    else this.#offerEnd();
  }

  /** @param {Fresh} fresh */
  #lineOf({ make, key, end }) {
    const line = make();
    if (end) this.#ends.set(line, end);
    const now = Date.now();
    const follows = key && this.#previous?.key === key && now - this.#previous.at < SAME_BREATH_MS;
    if (follows) line.classList.add("follows");
    this.#previous = key ? { key, at: now } : null;
    if (key) this.#silence.hidden = true;
    return line;
  }

  #removeOldest() {
    let oldest = this.#lines.firstElementChild;
    while (oldest?.nextElementSibling && this.#ends.get(oldest)?.keep()) oldest = oldest.nextElementSibling;
    if (!oldest) return;
    this.#ends.get(oldest)?.drop();
    oldest.remove();
  }

  get #atEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    return scrollHeight - scrollTop - clientHeight < 40;
  }

  #offerEnd() {
    this.#button.textContent = this.#below === 1 ? "1 new message ↓" : `${this.#below} new messages ↓`;
    this.#button.hidden = this.#below === 0;
  }

  #toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#following = true;
    this.#seen();
  }

  #seen() {
    this.#below = 0;
    this.#button.hidden = true;
  }

  #look() {
    if (this.#fresh.length > 0) this.#draw();
    if (!document.hidden) this.#count(0);
  }

  /** @param {number} unseen */
  #count(unseen) {
    this.unseen = unseen;
    this.#telling ||= setTimeout(() => {
      this.#telling = 0;
      this.dispatchEvent(new Event("unseen"));
    }, TELL_MS);
  }
}
