/** A lamp that all windows see, and its dimmer. */

const TOPIC = "lamp/brightness";

export class Lamp {
  #dimmer = document.getElementById("brightness");
  #words = document.getElementById("brightness-value");
  #bulb = document.getElementById("bulb");
  #hub = null;
  #frame = 0;
  #brightness = 0;

  constructor() {
    this.#dimmer.addEventListener("input", () => this.#hub.publish(TOPIC, this.#dimmer.valueAsNumber));
  }

  /** @param {import('./hub.js').Hub<{'lamp/brightness': number}>} hub */
  follow(hub) {
    this.#hub = hub;
    this.#set(0);
    hub.subscribe(TOPIC, (value) =>
      this.#set(Number.isFinite(value) ? Math.min(Math.max(Math.round(value), 0), 100) : 0),
    );
  }

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
