/** Says in words and sounds what happens: to the person in the middle of the sky, in the news, and where views differ. */

import { byId, element, find } from "../shared/element.js";
import { counted, tag } from "./scoreboard.js";

/**
 * @import { Sound } from "./sound.js"
 * @import { Views } from "./views.js"
 */

/** As the news names one. @typedef {{name: string, seat: number, isOwn: boolean}} Player */

const NEWS_AT_MOST = 6;
const FULL = "All eight seats are taken. You watch, and play as soon as one is free.";

export class Teller {
  #notice = byId("notice", HTMLElement);
  #views = byId("views", HTMLElement);
  #help = byId("help", HTMLElement);
  #news = find(document, "#news ol", HTMLElement);
  #sound;
  /** What does not go by. */
  #fault = "";

  /** @param {Sound} sound */
  constructor(sound) {
    this.#sound = sound;
  }

  /** @param {string} words in the middle of the sky; none to take them away */
  notice(words) {
    this.#notice.textContent = words || this.#fault;
    this.#notice.hidden = !this.#notice.textContent;
  }

  /** @param {string} words why nothing can go on in this page, shown where there is nothing else to say */
  fault(words) {
    this.#fault = words;
    this.notice("");
  }

  /** @param {boolean} isWatching */
  watches(isWatching) {
    if (isWatching !== (this.#notice.textContent === FULL)) this.notice(isWatching ? FULL : "");
  }

  /**
   * @param {Player} by
   * @param {Player | null} from null for the sky
   * @param {number} stars
   */
  took(by, from, stars) {
    if (by.isOwn) this.#help.hidden = true;
    if (by.isOwn) this.#sound.play(from ? "took" : "caught");
    if (!from) return;
    if (from.isOwn) this.#sound.play("lost");
    this.#tell(name(by, "You"), ` took ${counted(stars)} from `, name(from, "you"));
  }

  /**
   * @param {string} who
   * @param {number} seat
   * @param {number} stars
   */
  left(who, seat, stars) {
    const rest = stars === 0 ? "" : ` and left ${counted(stars)} in the sky`;
    this.#tell(tag(who, seat), ` has gone${rest}`);
  }

  /**
   * @param {Views} views
   * @param {(id: string) => string} nameOf
   */
  views(views, nameOf) {
    const [first, ...more] = views.differences;
    const others = more.length > 0 ? ` and ${more.length} more` : "";
    const words = first
      ? `Views differ: ${nameOf(first.by)} does not see ${nameOf(first.owner)} as you do (at ${first.seq})${others}.`
      : past(views.differed);
    if (this.#views.textContent !== words) this.#views.textContent = words;
    this.#views.hidden = !words;
    this.#views.dataset.differs = String(Boolean(first));
  }

  clear() {
    this.#help.hidden = false;
    this.#views.hidden = true;
    this.#news.replaceChildren();
    this.notice("");
  }

  /** @param {(Node | string)[]} words */
  #tell(...words) {
    this.#news.append(element("li", {}, ...words));
    while (this.#news.children.length > NEWS_AT_MOST) this.#news.firstElementChild?.remove();
  }
}

/** @param {number} differed */
function past(differed) {
  return differed === 0
    ? ""
    : `Views have differed ${differed === 1 ? "once" : `${differed} times`}. They are equal now.`;
}

/**
 * @param {Player} player
 * @param {string} own
 */
function name({ name: text, seat, isOwn }, own) {
  return tag(isOwn ? own : text, seat);
}
