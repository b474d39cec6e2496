/** What the person has to know or do now: shown on top of the grid until it is closed. */

import { element } from "../shared/element.js";

const NOTICES_AT_MOST = 4;

export class Notices {
  #box;

  /** @param {Element} box */
  constructor(box) {
    this.#box = box;
  }

  /**
   * The same again is not told twice.
   * @param {string} text
   * @param {HTMLElement} [remedy] a button: pressed, it closes the notice
   */
  tell(text, remedy) {
    for (const shown of this.#box.children) if (shown instanceof HTMLElement && shown.dataset.text === text) return;
    const notice = element("div", { className: "notice", dataset: { text } }, element("p", { textContent: text }));
    const close = element("button", { type: "button", textContent: "Close" });
    for (const button of remedy ? [remedy, close] : [close]) {
      button.addEventListener("click", () => notice.remove());
      notice.append(button);
    }
    this.#box.append(notice);
    while (this.#box.childElementCount > NOTICES_AT_MOST) this.#box.firstElementChild?.remove();
  }

  clear() {
    this.#box.replaceChildren();
  }
}
