/** Which view is shown: the address says it after `#`. */

import { byId } from "./page.js";

const NAMES = /** @type {const} */ (["network", "channels", "events", "tester"]);
const TITLES = { network: "Network", channels: "Channels", events: "Events", tester: "Channel tester" };

/** @typedef {typeof NAMES[number]} ViewName */

export class Views {
  /** @type {ViewName} */
  current = "network";
  #links = [...document.querySelectorAll(".views a")];
  #shown;

  /** @param {(view: ViewName) => void} shown */
  constructor(shown) {
    this.#shown = shown;
    window.addEventListener("hashchange", () => this.follow());
  }

  /** Shows what the address names. */
  follow() {
    this.current = named(location.hash);
    for (const name of NAMES) byId(`view-${name}`, HTMLElement).hidden = name !== this.current;
    byId("summary", HTMLElement).hidden = this.current === "tester";
    this.#links.forEach((link) => {
      if (link.getAttribute("href") === `#/${this.current}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
    document.title = `${TITLES[this.current]} – Network Web Sockets console`;
    this.#shown(this.current);
  }
}

/**
 * The view that a hash names. One with names of channels is that of the tester, which keeps them there.
 * @param {string} hash
 * @returns {ViewName}
 */
function named(hash) {
  if (/^#(network|local)\/[^/]/.test(hash)) return "tester";
  return NAMES.find((name) => hash === `#/${name}`) ?? "network";
}
