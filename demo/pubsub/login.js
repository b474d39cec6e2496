/** A log-in that all windows share: the last value of one topic. */

import { byId } from "../shared/element.js";
import { cleanName, nameTag } from "../shared/names.js";

/**
 * @import { Room } from "../shared/room.js"
 * @import { Hub } from "./hub.js"
 */

const TOPIC = "session";

export class Login {
  #state = byId("login-state", HTMLElement);
  #button = byId("login", HTMLButtonElement);
  /** @type {Hub | null} */
  #hub = null;
  /** @type {Room | null} */
  #room = null;
  #user = "";
  #frame = 0;

  constructor() {
    this.#button.addEventListener("click", () =>
      this.#hub?.publish(TOPIC, this.#user ? undefined : { user: this.#room?.name ?? "" }),
    );
  }

  /**
   * @param {Hub} hub
   * @param {Room} room
   */
  follow(hub, room) {
    this.#hub = hub;
    this.#room = room;
    this.#set("");
    hub.subscribe(TOPIC, (value) => this.#set(userOf(value)));
    room.addEventListener("people", () => this.#set(this.#user));
  }

  /** @param {string} user */
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
    this.#button.textContent = user ? "Log out" : `Log in as ${this.#room?.name}`;
  }
}

/**
 * Anyone can publish anything.
 * @param {unknown} value
 */
function userOf(value) {
  const { user } = Object(value);
  return typeof user === "string" ? cleanName(user) : "";
}
