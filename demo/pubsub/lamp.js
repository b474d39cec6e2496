/** A lamp that all windows see, and its dimmer. */

import { byId } from "../shared/element.js";

/** @import { Hub } from "./hub.js" */

const TOPIC = "lamp/brightness";

export class Lamp {
  #dimmer = byId("brightness", HTMLInputElement);
  #words = byId("brightness-value", HTMLOutputElement);
  #bulb = byId("bulb", SVGSVGElement);
  /** @type {Hub | null} */
  #hub = null;
  #frame = 0;
  #brightness = 0;

  constructor() {
    this.#dimmer.addEventListener("input", () => this.#hub?.publish(TOPIC, this.#dimmer.valueAsNumber));
  }

  /** @param {Hub} hub */
  follow(hub) {
    this.#hub = hub;
    this.#set(0);
    hub.subscribe(TOPIC, (value) =>
      this.#set(
        typeof value === "number" && Number.isFinite(value) ? Math.min(Math.max(Math.round(value), 0), 100) : 0,
      ),
    );
  }

  /** @param {number} brightness */
  #set(brightness) {
    this.#brightness = brightness;
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    this.#dimmer.value = String(this.#brightness);
    this.#words.value = `${this.#brightness} %`;
    this.#bulb.style.setProperty("--brightness", String(this.#brightness / 100));
  }
}
