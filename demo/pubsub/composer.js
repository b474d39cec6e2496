/** The form that publishes a value by hand. */

const UNSENT = "Not connected: this is sent when the connection is back.";

export class Composer {
  #form = document.getElementById("publish");
  #error = document.getElementById("publish-error");
  #hub = null;

  constructor() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#publish(read(this.#form.elements.value.value));
    });
    document.getElementById("clear").addEventListener("click", () => this.#publish(undefined));
    this.#form.addEventListener("input", () => this.#tell(""));
  }

  /** @param {import('./hub.js').Hub} hub */
  follow(hub) {
    this.#hub = hub;
    this.#tell("");
  }

  #publish(value) {
    try {
      this.#tell(this.#hub.publish(this.#form.elements.topic.value, value) ? "" : UNSENT);
    } catch (refusal) {
      this.#tell(refusal.message);
    }
  }

  #tell(words) {
    this.#error.textContent = words;
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
