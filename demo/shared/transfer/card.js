/** What a page shows of a file: its name and size, how far it is, and what can be done. */

import { element } from "../element.js";
import { messageOf } from "../failure.js";
import { cleanFileName } from "./file-name.js";
import { isPictureType, openPicture, UNASKED_PIXELS_AT_MOST } from "./picture.js";
import { openSink } from "./sink.js";
import { percent, sizeText } from "./size.js";

/**
 * @import { Delivery } from "./delivery.js"
 * @import { Outgoing } from "./outgoing.js"
 * @import { Incoming } from "./incoming.js"
 */

/** Larger pictures are not shown before somebody asks. */
const PREVIEW_AT_MOST = 8 * 1024 * 1024;
/** Receivers that are shown one by one: the latest. */
const ROWS_AT_MOST = 8;

/**
 * @typedef {{name: string, line: HTMLElement, words: HTMLElement, bar: HTMLProgressElement, cancel:
 *   HTMLElement}} Row
 */

/** What both sides have in common. */
class Card {
  #frame = 0;
  #address = "";
  #isDropped = false;
  #show;
  #source;
  #state;
  picture = element("div", { className: "file-picture", hidden: true });
  words = element("p", { className: "file-words" });
  progress = element("progress", { max: 1, value: 0, hidden: true });
  actions = element("p", { className: "row file-actions" });

  /**
   * @param {Incoming | Outgoing} source
   * @param {string} name
   * @param {number} size
   */
  constructor(source, name, size) {
    this.#source = source;
    this.#state = source.state;
    this.#show = () => this.#changed();
    source.addEventListener("change", this.#show);
    this.progress.ariaLabel = `How much of ${name} has come`;
    this.words.ariaLive = "off";
    const head = element(
      "p",
      { className: "file-head" },
      element("bdi", { className: "file-name", textContent: name }),
      " ",
      element("span", { className: "hint", textContent: sizeText(size) }),
    );
    this.element = element(
      "div",
      { className: "file", role: "group", ariaLabel: `File ${name}`, tabIndex: -1 },
      head,
      this.picture,
      this.progress,
      this.words,
      this.actions,
    );
  }

  /** The page shows it no more. */
  drop() {
    this.#isDropped = true;
    this.#source.removeEventListener("change", this.#show);
    cancelAnimationFrame(this.#frame);
    URL.revokeObjectURL(this.#address);
    for (const image of this.picture.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  }

  /**
   * An address of a blob, as long as the card is shown.
   * @param {Blob} blob
   */
  addressOf(blob) {
    this.#address ||= URL.createObjectURL(blob);
    return this.#address;
  }

  /**
   * @param {Blob} blob
   * @param {string} name
   * @param {number} [pixels]
   * @returns {Promise<boolean>} false where it is no picture that can be shown
   */
  async preview(blob, name, pixels) {
    const image = blob.size <= PREVIEW_AT_MOST ? await openPicture(blob, name, pixels) : null;
    if (!image) return false;
    if (this.#isDropped) URL.revokeObjectURL(image.src);
    else this.picture.replaceChildren(image);
    this.picture.hidden = false;
    return true;
  }

  /**
   * @param {string} words
   * @param {boolean} [isBad]
   */
  tell(words, isBad = false) {
    if (this.words.textContent !== words) this.words.textContent = words;
    this.words.classList.toggle("error", isBad);
  }

  /**
   * @param {string} textContent
   * @param {() => void} onclick
   */
  button(textContent, onclick) {
    const button = element("button", { type: "button", textContent, onclick, hidden: true });
    this.actions.append(button);
    return button;
  }

  /**
   * Keeps the keyboard in the card when the control that had it goes.
   * @param {HTMLElement[]} controls
   */
  offer(...controls) {
    const focused = document.activeElement;
    for (const control of this.#offered) control.hidden = !controls.includes(control);
    if (focused instanceof HTMLElement && this.actions.contains(focused) && focused.hidden)
      (controls[0] ?? this.element).focus();
  }

  get #offered() {
    return [...this.actions.children].filter((control) => control instanceof HTMLElement);
  }

  /** Shows how things are now: each kind has its own way. */
  draw() {}

  /** Progress waits for a frame, which a hidden page has not; a new state does not wait. */
  #changed() {
    if (this.#source.state === this.#state) this.#frame ||= requestAnimationFrame(() => this.#draw());
    else this.#draw();
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#state = this.#source.state;
    this.draw();
  }
}

export class IncomingCard extends Card {
  #incoming;
  #wasAsked = false;
  #isNoPicture = false;
  #save = this.button("Save", () => this.#get());
  #resume = this.button("Go on", () => this.#incoming.resume());
  #cancel = this.button("Cancel", () => this.#incoming.cancel());
  #link = element("a", { className: "button", textContent: "Save", hidden: true });

  /**
   * @param {Incoming} incoming
   * @param {string} sender as the page calls them
   */
  constructor(incoming, sender) {
    super(incoming, incoming.name, incoming.size);
    this.#incoming = incoming;
    this.sender = sender;
    this.#link.download = incoming.name;
    this.actions.append(this.#link);
    for (const control of this.actions.children)
      control.setAttribute("aria-label", `${control.textContent} ${incoming.name}`);
    this.draw();
  }

  /** @override */
  draw() {
    const { state, stored, size, why } = this.#incoming;
    const isUnderWay = ["waiting", "receiving", "checking", "interrupted"].includes(state);
    this.progress.hidden = !isUnderWay;
    this.progress.value = percent(stored, size) / 100;
    this.tell(this.#words(state, `${percent(stored, size)} % of ${sizeText(size)}`, why), state === "failed");
    this.offer(...this.#controls(state));
    if (state === "done" && !this.#link.href) this.#done();
  }

  /**
   * @param {Incoming["state"]} state
   * @param {string} far
   * @param {string} why
   */
  #words(state, far, why) {
    return {
      offered: "",
      waiting: "Waiting for its turn…",
      receiving: far,
      checking: "Checking that it is whole…",
      done: `${this.#complete}${this.#isNoPicture ? " It is no picture that can be shown." : ""}`,
      interrupted: `${why} ${far} has come and is kept.`,
      away: `${this.sender} has left.`,
      failed: why,
      cancelled: "Cancelled.",
      withdrawn: "Its sender does not offer it any more.",
      forgotten: "Forgotten, as too many files were offered.",
    }[state];
  }

  get #complete() {
    if (!this.#incoming.result) return "Complete, and saved.";
    return this.#wasAsked ? "Complete: it is in the browser’s downloads, or press “Save again”." : "Complete.";
  }

  /** @param {Incoming["state"]} state */
  #controls(state) {
    if (state === "done") return this.#incoming.result ? [this.#link] : [];
    if (this.#incoming.canGet) return [this.#save];
    if (state === "interrupted" && this.#incoming.present) return [this.#resume, this.#cancel];
    return this.#incoming.canCancel ? [this.#cancel] : [];
  }

  async #get() {
    try {
      const sink = await openSink(this.#incoming);
      if (!sink) return;
      this.#wasAsked = true;
      this.#incoming.get(sink);
    } catch (failure) {
      this.tell(messageOf(failure), true);
    }
  }

  #done() {
    const { result, name, mime } = this.#incoming;
    if (!result) return;
    this.#link.href = this.addressOf(result);
    if (this.#wasAsked) this.#saved();
    if (isPictureType(mime)) this.#show(result, name);
  }

  /**
   * @param {Blob} result
   * @param {string} name
   */
  async #show(result, name) {
    this.#isNoPicture = !(await this.preview(result, name, this.#wasAsked ? undefined : UNASKED_PIXELS_AT_MOST));
    this.draw();
  }

  #saved() {
    this.#link.click();
    this.#link.textContent = "Save again";
    this.#link.setAttribute("aria-label", `Save ${this.#incoming.name} again`);
  }
}

export class OutgoingCard extends Card {
  #outgoing;
  #label;
  #rows = element("ul", { className: "file-rows" });
  /** By receiver. @type {Map<string, Row>} */
  #known = new Map();
  #stop = this.button("Stop offering", () => this.#outgoing.withdraw());

  /**
   * @param {Outgoing} outgoing
   * @param {(id: string) => string} label how the page calls somebody
   */
  constructor(outgoing, label) {
    const name = cleanFileName(outgoing.name);
    super(outgoing, name, outgoing.size);
    this.#outgoing = outgoing;
    this.#label = label;
    this.#stop.setAttribute("aria-label", `Stop offering ${name}`);
    this.words.after(this.#rows);
    if (isPictureType(outgoing.mime)) this.preview(outgoing.file, name);
    this.draw();
  }

  /** @override */
  draw() {
    const { state, received, deliveries } = this.#outgoing;
    const has = received === 1 ? "1 person has it." : `${received} people have it.`;
    this.tell([state === "offered" ? "Offered." : "No longer offered.", received > 0 ? has : ""].join(" ").trim());
    this.offer(...(state === "offered" ? [this.#stop] : []));
    const shown = [...deliveries.values()].filter((delivery) => delivery.state !== "received").slice(-ROWS_AT_MOST);
    for (const [to, { line }] of this.#known) {
      if (shown.some((delivery) => delivery.to === to)) continue;
      line.remove();
      this.#known.delete(to);
    }
    for (const delivery of shown) this.#drawRow(delivery);
  }

  /** @param {Delivery} delivery */
  #drawRow(delivery) {
    const { words, bar, cancel, name } = this.#known.get(delivery.to) ?? this.#addRow(delivery.to);
    const far = percent(delivery.acknowledged, this.#outgoing.size);
    const states = { waiting: "waits", sending: `${far} %`, sent: `${far} %`, received: "", ended: delivery.why };
    const text = states[delivery.state];
    if (words.textContent !== text) words.textContent = text;
    bar.value = far / 100;
    bar.hidden = delivery.state === "ended";
    cancel.hidden = delivery.state === "ended";
    cancel.setAttribute("aria-label", `Cancel for ${name}`);
  }

  /** @param {string} to */
  #addRow(to) {
    const name = this.#label(to);
    const words = element("span", { className: "hint" });
    const bar = element("progress", { max: 1, ariaLabel: `How much ${name} has` });
    const onclick = () => {
      this.#outgoing.deliveries.get(to)?.cancel();
      this.element.focus();
    };
    const cancel = element("button", { type: "button", textContent: "Cancel", onclick });
    const line = element("li", {}, element("bdi", { textContent: name }), " ", bar, " ", words, " ", cancel);
    this.#rows.append(line);
    const row = { name, words, bar, cancel, line };
    this.#known.set(to, row);
    return row;
  }
}
