/** How to get others into the channel: the link, the same as a QR code, and what the other machine needs. */

import { element } from "./element.js";
import { isLoopback } from "./proxy.js";

/** The port at which a proxy serves this page on another machine, unless its owner has chosen another port. */
const USUAL_PORT = "9009";
const QUIET_ZONE = 4;
/**
 * The path is a variable so that a checker does not look for a file that the build makes.
 * @type {string}
 */
const LIBRARY = "../dist/lean-qr.mjs";

export class Invitation {
  #link = element("input", { id: "invitation-link", readOnly: true, spellcheck: false });
  #code = element("canvas", { className: "qr", role: "img", ariaLabel: "The link as a QR code" });
  #copy = element("button", { type: "button", className: "primary", textContent: "Copy link" });
  #second = element("a", {
    className: "button",
    target: "_blank",
    rel: "noopener",
    textContent: "Open a second window",
  });

  constructor() {
    this.#copy.addEventListener("click", () => this.#copyLink());
    const close = element("button", {
      type: "button",
      textContent: "Close",
      onclick: () => this.element.close(),
    });
    /** @type {HTMLDialogElement} */
    this.element = element(
      "dialog",
      { className: "invitation", ariaLabel: "Invite" },
      element("h2", { textContent: "Invite" }),
      element("label", { htmlFor: "invitation-link", textContent: "The link to this channel" }),
      this.#link,
      this.#code,
      needs(),
      element("p", { className: "row" }, this.#copy, this.#second, close),
    );
    this.#link.addEventListener("focus", () => this.#link.select());
  }

  show() {
    const local = isLoopback(location.hostname);
    this.#link.value = local ? elsewhere() : location.href;
    this.#second.href = location.href;
    this.#copy.textContent = "Copy link";
    this.element.showModal();
    this.#draw();
  }

  async #draw() {
    /** @type {typeof import("lean-qr")} */
    const { generate } = await import(LIBRARY);
    // Black on white in the dark too: not every camera reads the reverse.
    generate(this.#link.value).toCanvas(this.#code, {
      on: [0, 0, 0, 255],
      off: [255, 255, 255, 255],
      pad: QUIET_ZONE,
    });
  }

  async #copyLink() {
    const copied = await navigator.clipboard.writeText(this.#link.value).then(
      () => true,
      () => false,
    );
    if (!copied) this.#link.select();
    this.#copy.textContent = copied ? "Copied" : "Copy it from the field";
  }
}

function needs() {
  return element(
    "p",
    { className: "hint" },
    "The link opens on a machine in the same network that runs ",
    element("code", { textContent: "nws" }),
    ". Anyone who knows the name of the channel can join.",
  );
}

/** The address of this page as another machine has it, which has a proxy of its own. */
function elsewhere() {
  const folder = location.pathname.split("/").at(-2);
  return `http://localhost:${USUAL_PORT}/demo/${folder}/${location.hash}`;
}
