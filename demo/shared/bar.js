/** The bar on top of a room: which channel, whether connected, who one is, and the ways in and out. */

import { element } from "./element.js";
import { Invitation } from "./invitation.js";
import { cleanName } from "./names.js";

/** @import { Room } from "./room.js" */

/** @type {Partial<Record<Room["state"], string>>} */
const STATES = { connecting: "Connecting…", open: "Connected", lost: "Connection lost, trying again…" };

export class Bar {
  /** Where the demo puts its own buttons. */
  tools = element("span", { className: "tools" });
  #title = element("h1");
  #state = element("p", { className: "state", role: "status" });
  #name = element("input", { id: "nick", maxLength: 32, autocomplete: "nickname", spellcheck: false });
  #invitation = new Invitation();
  /** @type {Room | null} */
  #room = null;
  #rename;

  /** @param {{rename: (name: string) => void, leave: () => void}} actions */
  constructor({ rename, leave }) {
    this.#rename = rename;
    const naming = element(
      "form",
      { className: "naming", noValidate: true, ariaLabel: "Rename yourself" },
      element("label", { htmlFor: "nick", textContent: "You are" }),
      this.#name,
    );
    naming.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#name.blur();
    });
    this.#name.addEventListener("change", () => this.#renamed());
    const invite = element("button", {
      type: "button",
      textContent: "Invite",
      onclick: () => this.#invitation.show(),
    });
    const out = element("button", { type: "button", textContent: "Leave", onclick: leave });
    this.element = element(
      "header",
      { className: "bar" },
      this.#title,
      this.#state,
      naming,
      this.tools,
      element("span", { className: "actions" }, invite, out),
      this.#invitation.element,
    );
  }

  /**
   * @param {Room} room
   * @param {string} channel
   */
  follow(room, channel) {
    this.#room = room;
    this.#title.textContent = `#${channel}`;
    this.#name.value = room.name;
    room.addEventListener("state", () => this.#settle(room));
    this.#settle(room);
  }

  /** @param {Room} room */
  #settle({ state, why }) {
    const words = [STATES[state] ?? "", why].join(" ").trim();
    if (this.#state.textContent !== words) this.#state.textContent = words;
    this.#state.dataset.state = state;
  }

  #renamed() {
    const name = cleanName(this.#name.value);
    const before = this.#room?.name ?? "";
    this.#name.value = name || before;
    if (name && name !== before) this.#rename(name);
  }
}
