/** Whether the proxy answers, as a banner with a way back when channels were lost. */

import { byId } from "../page.js";

/** @import { Panel } from "./panel.js" */

const ASK_AGAIN_MS = 2000;

export class Outage {
  #panels;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #seen = false;
  #banner = byId("outage", HTMLElement);
  #text = byId("outage-text", HTMLElement);
  #button = byId("reconnect-all", HTMLElement);

  /** @param {() => Panel[]} panels */
  constructor(panels) {
    this.#panels = panels;
    this.#button.addEventListener("click", () => {
      for (const panel of panels()) panel.reconnect();
      panels()
        .find((panel) => !panel.element.hidden)
        ?.focus();
    });
  }

  /**
   * Something that only a new build can mend.
   * @param {string} text
   */
  say(text) {
    this.#show(text, false);
  }

  /** Asks now, and again for as long as something is wrong. */
  async check() {
    clearTimeout(this.#timer);
    const answers = await ask();
    const lost = this.#panels().some((panel) => panel.state === "closed");
    if (!answers) this.#show("The proxy does not answer. Start it with “nws”: this page notices.", false);
    else if (this.#seen && lost) this.#show("The proxy is back.", true);
    else if (this.#seen) this.#banner.hidden = true;
    this.#seen = !answers || (this.#seen && lost);
    clearTimeout(this.#timer);
    if (!answers || lost) this.#timer = setTimeout(() => this.check(), ASK_AGAIN_MS);
  }

  /**
   * @param {string} text
   * @param {boolean} canReconnect
   */
  #show(text, canReconnect) {
    if (this.#text.textContent !== text) this.#text.textContent = text;
    this.#button.hidden = !canReconnect;
    this.#banner.dataset.mended = String(canReconnect);
    this.#banner.hidden = false;
  }
}

async function ask() {
  try {
    const answer = await fetch("/status", { cache: "no-store" });
    return (await answer.json()).service === "networkwebsockets";
  } catch {
    return false;
  }
}
