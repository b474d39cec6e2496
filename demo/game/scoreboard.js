/** Who has how many stars, as a list, and in words for those who do not see it. */

import { byId, element } from "../shared/element.js";

/**
 * @typedef {{id: string, name: string, seat: number, stars: number, isCrowned: boolean, isOwn:
 *   boolean}} Row
 */

/** A screen reader is told the own count at most so often, in milliseconds: stars come faster than words. */
const TELL_EVERY_MS = 4000;
const NAMES_SHOWN = 6;

export class Scoreboard {
  #list = byId("score", HTMLElement);
  #watching = byId("watching", HTMLElement);
  #spoken = byId("spoken", HTMLElement);
  #shown = "";
  #told = 0;

  /**
   * @param {Row[]} rows
   * @param {string[]} watchers names of those who watch
   * @param {string[]} remarks on others in the channel
   */
  show(rows, watchers, remarks) {
    const key = JSON.stringify([rows, watchers, remarks]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#list.replaceChildren(...rows.map(line));
    this.#watching.textContent = [watched(watchers), ...remarks].filter(Boolean).join(" ");
    this.#tell(rows);
  }

  /** @param {Row[]} rows */
  #tell(rows) {
    const own = rows.find(({ isOwn }) => isOwn);
    const now = performance.now();
    if (!own || now - this.#told < TELL_EVERY_MS) return;
    this.#told = now;
    const [first] = rows;
    const crown = !first.isCrowned
      ? ""
      : first.isOwn
        ? " You wear the crown."
        : ` ${first.name} wears the crown with ${first.stars}.`;
    const words = `You have ${counted(own.stars)}.${crown}`;
    if (this.#spoken.textContent !== words) this.#spoken.textContent = words;
  }
}

/** @param {number} stars */
export function counted(stars) {
  return stars === 1 ? "1 star" : `${stars} stars`;
}

/**
 * A name in the colour of its seat.
 * @param {string} name
 * @param {number} seat
 */
export function tag(name, seat) {
  return element("bdi", { className: `nick hue-${seat}`, textContent: name });
}

/** @param {Row} row */
function line({ name, seat, stars, isCrowned, isOwn }) {
  const crown = element("span", { className: "crown", role: "img", ariaLabel: "crown", textContent: "♛" });
  return element(
    "li",
    { className: isOwn ? "own" : "" },
    element("i", { className: `dot hue-${seat}` }),
    tag(name, seat),
    isOwn ? element("span", { className: "hint", textContent: "you" }) : "",
    isCrowned ? crown : "",
    element("span", {
      className: "stars",
      ariaLabel: counted(stars),
      role: "img",
      textContent: String(stars),
    }),
  );
}

/** @param {string[]} names */
function watched(names) {
  if (names.length === 0) return "";
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : "";
  return `Watching: ${names.slice(0, NAMES_SHOWN).join(", ")}${more}.`;
}
