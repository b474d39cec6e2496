/** The card before the room: what the demo is, and who joins which channel. */

import { byId, element } from "./element.js";
import { cleanName } from "./names.js";

export class StartCard {
  #name = element("input", {
    id: "start-name",
    name: "nick",
    maxLength: 32,
    autocomplete: "nickname",
    spellcheck: false,
  });
  #channel = element("input", {
    id: "start-channel",
    name: "channel",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: false,
  });
  #error = element("p", { id: "start-error", className: "error", role: "alert" });

  /** @param {(name: string, channel: string) => void} join */
  constructor(join) {
    this.#name.setAttribute("aria-describedby", "start-error");
    this.#channel.setAttribute("aria-describedby", "channel-means start-error");
    const form = this.#form();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(join);
    });
    const about = byId("about", HTMLTemplateElement).content.cloneNode(true);
    this.element = element("main", { className: "card", hidden: true }, about, form, footer());
  }

  /**
   * Fills the form in. `complaint` is what was wrong with it the last time.
   * @param {string} name
   * @param {string} channel
   * @param {string} complaint
   * @param {boolean} isAboutChannel
   */
  ask(name, channel, complaint, isAboutChannel) {
    this.#name.value = name;
    this.#channel.value = channel;
    this.#error.textContent = complaint;
    this.#channel.setAttribute("aria-invalid", String(isAboutChannel));
    const first = isAboutChannel || name ? this.#channel : this.#name;
    first.focus();
    first.select();
  }

  #form() {
    const options = document.getElementById("start-options") ?? "";
    if (options) options.hidden = false;
    return element(
      "form",
      { noValidate: true, ariaLabel: "Join" },
      element("label", { htmlFor: "start-name", textContent: "Your name" }),
      this.#name,
      element("label", { htmlFor: "start-channel", textContent: "Channel name" }),
      this.#channel,
      element("p", {
        id: "channel-means",
        className: "hint",
        textContent: "Everyone who picks the same channel meets there. Whoever knows its name can join.",
      }),
      options,
      this.#error,
      element("button", { type: "submit", className: "primary", textContent: "Join" }),
    );
  }

  /** @param {(name: string, channel: string) => void} join */
  #submit(join) {
    const name = cleanName(this.#name.value);
    if (name) return join(name, this.#channel.value.trim());
    this.#error.textContent = "Type a name first.";
    return this.#name.focus();
  }
}

function footer() {
  const folder = location.pathname.split("/").at(-2);
  return element(
    "footer",
    { className: "elsewhere" },
    element("a", { href: "../", textContent: "All demos" }),
    element(
      "p",
      { className: "sources" },
      element("a", { href: `../dist/${folder}.txt`, textContent: "Source of this page" }),
      ", and ",
      element("a", { href: "../dist/shared.txt", textContent: "of the shared parts" }),
    ),
  );
}
