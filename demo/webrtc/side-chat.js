/** What people write beside the conference. It goes over the data channels; over the proxies where one does not stand. */

import { byId, element, find } from "../shared/element.js";
import { Emitter } from "../shared/events.js";
import { messageOf } from "../shared/failure.js";
import { nameTag } from "../shared/names.js";
import { SideFiles } from "./side-files.js";

/**
 * @import { Person, Room } from "../shared/room.js"
 * @import { Call } from "./call.js"
 */

const LINES_AT_MOST = 300;
const TEXT_AT_MOST = 4000;
/** A channel that holds more than this, in bytes, is stuck. */
const BUFFERED_AT_MOST = 1024 * 1024;
/** Nobody reads a count faster, and each title that changes costs the browser time. */
const COUNT_PAUSE_MS = 250;

/**
 * Fires `unread` with how many messages came while the panel was closed or the page hidden.
 * @extends {Emitter<{unread: number}>}
 */
export class SideChat extends Emitter {
  panel = byId("chat", HTMLElement);
  #log = byId("said", HTMLElement);
  #lines = find(this.#log, "ol", HTMLElement);
  #refusal = byId("refusal", HTMLElement);
  #message = byId("message", HTMLTextAreaElement);
  #opener = byId("show-chat", HTMLButtonElement);
  #button = find(this.#opener, "span", HTMLElement);
  /** @type {Room | null} */
  #room = null;
  /** @type {Call | null} */
  #call = null;
  /** @type {SideFiles | null} */
  #files = null;
  /** What to do when a line goes. @type {Map<Element, () => void>} */
  #drops = new Map();
  #unread = 0;
  /**
   * Lines that are to be shown with the next frame: somebody may write faster than a page can draw.
   * @type {[name: string, text: string][]}
   */
  #waiting = [];
  #frame = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;

  constructor() {
    super();
    byId("say", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say();
    });
    this.#message.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#say();
    });
    this.#takeFiles();
    document.addEventListener("visibilitychange", () => this.#isSeen() && this.#count(0));
  }

  /**
   * @param {Room} room
   * @param {Call} call
   */
  follow(room, call) {
    this.#room = room;
    this.#call = call;
    this.#files = new SideFiles(
      room,
      call,
      (name, card) => this.#showCard(name, card.element, () => card.drop()),
      (text) => this.#note(text),
    );
    this.#count(0);
    call.addEventListener("link", ({ detail: { person, link } }) => {
      link.addEventListener("channels", () => this.#listen(person, link.channels.talk));
      this.#listen(person, link.channels.talk);
    });
    room.addEventListener("data", ({ detail: { person, data, direct } }) => direct && this.#heard(person, data));
  }

  opened() {
    this.#count(0);
    this.#scroll();
    this.#message.focus();
  }

  leave() {
    this.#count(0);
    this.#files?.leave();
    this.#room = null;
    this.#files = null;
    this.#waiting = [];
    while (this.#lines.firstElementChild) this.#dropFirst();
  }

  #takeFiles() {
    const file = byId("file", HTMLInputElement);
    byId("attach", HTMLButtonElement).addEventListener("click", () => file.click());
    file.addEventListener("change", () => {
      this.#offer([...(file.files ?? [])]);
      file.value = "";
    });
    const room = byId("room", HTMLElement);
    room.addEventListener("dragover", (event) => event.preventDefault());
    room.addEventListener("drop", (event) => {
      event.preventDefault();
      this.#offer([...(event.dataTransfer?.files ?? [])]);
    });
  }

  /** @param {File[]} files */
  #offer(files) {
    this.#refusal.textContent = "";
    try {
      for (const file of files) this.#files?.offer(file);
    } catch (failure) {
      this.#refusal.textContent = messageOf(failure);
    }
    if (files.length && this.panel.hidden) this.#opener.click();
  }

  /**
   * @param {Person} person
   * @param {RTCDataChannel} channel
   */
  #listen(person, channel) {
    channel.onmessage = ({ data }) => this.#heard(person, data);
  }

  /**
   * @param {Person} person
   * @param {unknown} data
   */
  #heard(person, data) {
    const text = decode(data);
    const room = this.#room;
    if (!text || !room || room.people.get(person.id) !== person) return;
    this.#show(room.label(person), text);
    if (!this.#isSeen()) this.#count(this.#unread + 1);
  }

  #say() {
    const text = this.#message.value.trim();
    const room = this.#room;
    if (!text || !room) return;
    const isOpen = room.state === "open";
    this.#refusal.textContent = isOpen ? "" : "Not connected: nothing was sent.";
    if (!isOpen) return;
    const data = JSON.stringify({ type: "say", text });
    const reached = [...room.people.values()].map((person) => this.#send(room, person, data)).some(Boolean);
    this.#show(room.name, text);
    if (!reached) this.#note("Nobody else is here: that message reached nobody.");
    this.#message.value = "";
  }

  /**
   * @param {Room} room
   * @param {Person} person
   * @param {string} data
   */
  #send(room, person, data) {
    const channel = this.#call?.links.get(person.id)?.channels.talk;
    if (channel?.readyState === "open" && channel.bufferedAmount < BUFFERED_AT_MOST) {
      channel.send(data);
      return true;
    }
    return room.sendTo(person, data);
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  #show(name, text) {
    this.#waiting.push([name, text]);
    if (this.#waiting.length > LINES_AT_MOST) this.#waiting.shift();
    this.#frame ||= requestAnimationFrame(() => this.#flush());
  }

  /**
   * What the page itself has to say.
   * @param {string} text
   */
  #note(text) {
    this.#flush();
    this.#append(element("li", { className: "hint", textContent: text }));
  }

  /**
   * @param {string} name
   * @param {HTMLElement} card
   * @param {() => void} drop
   */
  #showCard(name, card, drop) {
    this.#flush();
    const line = element("li", {}, nameTag(name), card);
    this.#drops.set(line, drop);
    this.#append(line);
    if (!this.#isSeen() && name !== this.#room?.name) this.#count(this.#unread + 1);
  }

  #flush() {
    this.#frame = 0;
    const lines = this.#waiting.map(([name, said]) =>
      element("li", {}, nameTag(name), element("p", { textContent: said })),
    );
    this.#waiting = [];
    this.#append(...lines);
  }

  /** @param {HTMLElement[]} lines */
  #append(...lines) {
    this.#lines.append(...lines);
    while (this.#lines.childElementCount > LINES_AT_MOST) this.#dropFirst();
    this.#scroll();
  }

  #dropFirst() {
    const line = this.#lines.firstElementChild;
    if (!line) return;
    this.#drops.get(line)?.();
    this.#drops.delete(line);
    line.remove();
  }

  #scroll() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #isSeen() {
    return !this.panel.hidden && !document.hidden;
  }

  /** @param {number} unread */
  #count(unread) {
    this.#unread = unread;
    this.#pause ||= setTimeout(() => this.#tellCount(), unread ? COUNT_PAUSE_MS : 0);
  }

  #tellCount() {
    this.#pause = undefined;
    this.#button.textContent = this.#unread ? `Chat (${this.#unread})` : "Chat";
    this.dispatchEvent(new CustomEvent("unread", { detail: this.#unread }));
  }
}

/**
 * @param {unknown} data
 * @returns {string} empty for whatever is no message
 */
function decode(data) {
  if (typeof data !== "string" || data.length > 8 * TEXT_AT_MOST) return "";
  try {
    const { type, text } = Object(JSON.parse(data));
    return type === "say" && typeof text === "string" ? text.slice(0, TEXT_AT_MOST).trim() : "";
  } catch {
    return "";
  }
}
