/** Where one writes: the text, to whom, and files by button, paste and drop. */

import { byId } from "../shared/element.js";

/** @import { People } from "./people.js" */

export class Compose {
  #form = byId("compose", HTMLFormElement);
  #message = byId("message", HTMLTextAreaElement);
  #refusal = byId("refusal", HTMLElement);
  #room = byId("room", HTMLElement);
  #picker = byId("picker", HTMLInputElement);
  #actions;

  /**
   * @param {People} people
   * @param {{refusal: () => string, say: (text: string) => boolean, write: (text: string) => void, attach: (files: File[]) => void}} actions
   *   `refusal` is why nothing can be sent now, in a sentence, or empty; `say` returns whether it was sent
   */
  constructor(people, actions) {
    this.#actions = actions;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#message.addEventListener("input", () => this.#changed());
    byId("to", HTMLSelectElement).addEventListener("change", () => this.#changed());
    this.#message.addEventListener("keydown", (event) => this.#key(event, people));
    this.#listenForFiles();
  }

  /**
   * Says why something was not sent.
   * @param {string} why
   */
  refuse(why) {
    this.#refusal.textContent = why;
  }

  #send() {
    const text = this.#message.value.trim();
    const refusal = text && this.#actions.refusal();
    this.refuse(refusal);
    if (!text || refusal) return;
    if (!this.#actions.say(text)) return;
    this.#message.value = "";
    this.#grow();
  }

  #changed() {
    this.refuse("");
    this.#grow();
    this.#actions.write(this.#message.value.trim());
  }

  /**
   * @param {KeyboardEvent} event
   * @param {People} people
   */
  #key(event, people) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "Escape") {
      people.choose("");
      this.#changed();
    }
  }

  #grow() {
    this.#message.rows = Math.min(this.#message.value.split("\n").length, 6);
  }

  #listenForFiles() {
    byId("attach", HTMLButtonElement).addEventListener("click", () => this.#picker.click());
    this.#picker.addEventListener("change", () => {
      this.#attach([...(this.#picker.files ?? [])]);
      this.#picker.value = "";
    });
    document.addEventListener("paste", (event) => {
      const files = event.clipboardData?.files ?? [];
      if (this.#room.hidden || files.length === 0) return;
      event.preventDefault();
      this.#attach([...files]);
    });
    this.#listenForDrops(byId("chat", HTMLElement));
  }

  /** @param {HTMLElement} area */
  #listenForDrops(area) {
    // Beside the area a browser would open the file in place of the page.
    /** @param {DragEvent} event what it carries, where it carries files that the page takes */
    const carried = ({ dataTransfer }) =>
      !this.#room.hidden && dataTransfer?.types.includes("Files") ? dataTransfer : null;
    document.addEventListener("dragover", (event) => {
      if (!carried(event)) return;
      event.preventDefault();
      area.classList.add("dropping");
    });
    document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || area.classList.remove("dropping"));
    document.addEventListener("drop", (event) => {
      area.classList.remove("dropping");
      const transfer = carried(event);
      if (!transfer) return;
      event.preventDefault();
      const isFolder = [...transfer.items].some((item) => item.webkitGetAsEntry?.()?.isDirectory);
      if (isFolder) this.refuse("A folder cannot be sent: pack it into one file first.");
      else this.#attach([...transfer.files]);
    });
  }

  /** @param {File[]} files */
  #attach(files) {
    const refusal = this.#actions.refusal();
    this.refuse(refusal);
    if (!refusal) this.#actions.attach(files);
  }
}
