/** The form that publishes a value by hand. */

import { byId } from "../shared/element.js";
import { messageOf } from "../shared/failure.js";

/** @import { Hub } from "./hub.js" */

const UNSENT = "Not connected: this is sent when the connection is back.";

export class Composer {
  #form = byId("publish", HTMLFormElement);
  #error = byId("publish-error", HTMLElement);
  /** @type {Hub | null} */
  #hub = null;

  constructor() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#publish(read(this.#field("value")));
    });
    byId("clear", HTMLButtonElement).addEventListener("click", () => this.#publish(undefined));
    this.#form.addEventListener("input", () => this.#tell(""));
  }

  /** @param {Hub} hub */
  follow(hub) {
    this.#hub = hub;
    this.#tell("");
  }

  /** @param {unknown} value */
  #publish(value) {
    try {
      this.#tell(this.#hub?.publish(this.#field("topic"), value) ? "" : UNSENT);
    } catch (refusal) {
      this.#tell(messageOf(refusal));
    }
  }

  /** @param {string} name */
  #field(name) {
    return String(new FormData(this.#form).get(name) ?? "");
  }

  /** @param {string} words */
  #tell(words) {
    this.#error.textContent = words;
  }
}

/**
 * @param {string} text
 * @returns {unknown}
 */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
