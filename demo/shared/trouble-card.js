/** The card that says why there is no connection, and what to do. */

import { element } from "./element.js";

/** @import { Library } from "./proxy.js" */

const ABSENT = "No proxy found";
const REFUSED = "Cannot connect";
const GOES_ON = "This page looks again by itself.";

export class TroubleCard {
  #title = element("h1", { tabIndex: -1, dataset: { first: "" } });
  #address = element("code");
  #remedy = this.#makeRemedy();
  #why = element("p", { className: "why hint" });
  #allow = element("button", { type: "button", className: "primary", textContent: "Allow", hidden: true });
  /** How to ask the person for permission, as of the last trouble. */
  #ask = async () => {};

  /** @param {() => void} goElsewhere */
  constructor(goElsewhere) {
    const again = element("button", {
      type: "button",
      textContent: "Try again",
      onclick: () => location.reload(),
    });
    const other = element("button", { type: "button", textContent: "Another channel", onclick: goElsewhere });
    this.#allow.addEventListener("click", () => this.#ask());
    this.element = element(
      "main",
      { className: "card trouble", hidden: true },
      element("div", { role: "alert" }, this.#title, this.#remedy, this.#why),
      element("p", { className: "row" }, this.#allow, again, other),
    );
  }

  /**
   * @param {string} reason a word of the library's
   * @param {string} why a sentence
   * @param {{endpoint: string, library?: Library}} proxy
   */
  async tell(reason, why, { endpoint, library }) {
    const absent = reason === "proxy-not-running";
    this.#title.textContent = absent ? ABSENT : REFUSED;
    this.#address.textContent = endpoint;
    this.#remedy.hidden = !absent;
    this.#why.textContent = absent ? GOES_ON : why;
    this.#allow.hidden = true;
    if (reason !== "permission-denied" || !library) return;
    const { permission } = await library.NetworkWebSocket.probe({ endpoint });
    this.#ask = async () => {
      if ((await library.NetworkWebSocket.requestPermission({ endpoint })) === "granted") location.reload();
    };
    this.#allow.hidden = permission !== "prompt";
  }

  #makeRemedy() {
    const run = element(
      "li",
      {},
      "Start it: run ",
      element("code", { textContent: "nws" }),
      " in a terminal. If there is no such command, install Network Web Sockets first.",
    );
    const allow = element(
      "li",
      {},
      "If the browser asks whether this site may reach apps on this device or your local network, allow it. " +
        "If you refused before, allow it in the site’s settings, next to the address.",
    );
    return element(
      "div",
      {},
      element(
        "p",
        {},
        "This page goes through a small program on this machine, and ",
        this.#address,
        " could not be reached.",
      ),
      element("ol", {}, run, allow),
    );
  }
}
