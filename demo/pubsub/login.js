/** A log-in that all windows share: the last value of one topic. */

import { cleanName, nameTag } from "../shared/names.js";

const TOPIC = "session";

export class Login {
  #state = document.getElementById("login-state");
  #button = document.getElementById("login");
  #hub = null;
  #room = null;
  #user = "";
  #frame = 0;

  constructor() {
    this.#button.addEventListener("click", () =>
      this.#hub.publish(TOPIC, this.#user ? undefined : { user: this.#room.name }),
    );
  }

  /** @param {import('./hub.js').Hub<{session: {user: string}}>} hub */
  follow(hub, room) {
    this.#hub = hub;
    this.#room = room;
    this.#set("");
    hub.subscribe(TOPIC, (value) => this.#set(userOf(value)));
    room.addEventListener("people", () => this.#set(this.#user));
  }

  #set(user) {
    this.#user = user;
    this.#frame ||= requestAnimationFrame(() => this.#show());
  }

  /** A screen reader says the state again whenever it is written. */
  #show() {
    this.#frame = 0;
    const user = this.#user;
    const words = user ? [user, " is logged in."] : ["Nobody is logged in."];
    if (this.#state.textContent !== words.join(""))
      this.#state.replaceChildren(...(user ? [nameTag(user), words[1]] : words));
    this.#state.classList.toggle("in", user !== "");
    this.#button.textContent = user ? "Log out" : `Log in as ${this.#room.name}`;
  }
}

/** Anyone can publish anything. */
function userOf(value) {
  return typeof value?.user === "string" ? cleanName(value.user) : "";
}
