/** What was said and what happened, newest last, bounded, drawn at most once a frame; stays at the end only where the reader is. */

import { nameTag } from "../shared/names.js";
import { eventLine, saidLine, toldLine } from "./line.js";

const LINES_AT_MOST = 1000;
/** Lines that are drawn in one frame: more cannot be read anyway, and would stop the page. */
const FRESH_AT_MOST = 200;
/** How often lines are added while nobody looks: a hidden page has no frames. */
const HIDDEN_MS = 200;
/** How often the number of unseen messages is told: the title of a tab is slow to change. */
const TELL_MS = 250;
const SAME_BREATH_MS = 120_000;

/** Fires `unseen` when the number of messages has changed that came while nobody looked. */
export class Thread extends EventTarget {
  unseen = 0;
  #log = document.getElementById("log");
  #lines = document.getElementById("lines");
  #silence = document.getElementById("silence");
  #button = document.getElementById("unread");
  #below = 0;
  #following = true;
  /** The last line, if somebody said it. */
  #previous = null;
  /** What the next frame draws. @type {{make: () => HTMLElement, key?: string, own?: boolean, end?: {drop: () => void, keep: () => boolean}}[]} */
  #fresh = [];
  #left = 0;
  #frame = 0;
  #telling = 0;
  /** Of lines that are more than text: whether they have to stay, and what has to be done when they go. @type {WeakMap<Element, {drop: () => void, keep: () => boolean}>} */
  #ends = new WeakMap();

  constructor() {
    super();
    this.#button.addEventListener("click", () => {
      this.#toEnd();
      document.getElementById("message").focus();
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

  /** @param {{id: string, name: string, text: string, own?: boolean, note?: string}} said `note` marks a direct message */
  said(said) {
    this.#speak({ ...said, make: () => saidLine(said) });
  }

  /**
   * A file.
   * @param {{id: string, name: string, own?: boolean, note?: string, open: () => HTMLElement, drop: () => void, keep: () => boolean}} said
   *   `open` makes its card when that is shown, `drop` is called when it goes, which it does not as long as `keep` says so
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

  /** Puts what a newcomer was told above everything else. */
  told(giver, lines) {
    this.#silence.hidden = true;
    this.#lines.prepend(toldLine(giver, lines));
  }

  #speak({ id, name, own, note, make, end }) {
    if (!own && document.hidden) this.#count(this.unseen + 1);
    this.#add({ make, key: `${id} ${name} ${note}`, own, end });
  }

  #add(fresh) {
    this.#fresh.push(fresh);
    if (this.#fresh.length > FRESH_AT_MOST) this.#leaveOut(this.#fresh.findIndex(({ own }) => !own));
    this.#frame ||= document.hidden
      ? setTimeout(() => this.#draw(), HIDDEN_MS)
      : requestAnimationFrame(() => this.#draw());
  }

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
    while (oldest.nextElementSibling && this.#ends.get(oldest)?.keep()) oldest = oldest.nextElementSibling;
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

  #count(unseen) {
    this.unseen = unseen;
    this.#telling ||= setTimeout(() => {
      this.#telling = 0;
      this.dispatchEvent(new Event("unseen"));
    }, TELL_MS);
  }
}
