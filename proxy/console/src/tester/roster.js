/** The peers of a channel, as a list to see and as the choice of whom to write to. */

import { find } from "../page.js";

/** @import { PeerWebSocket } from "/networkwebsockets.mjs" */

/**
 * What the page shows of a peer.
 * @typedef {{peer: PeerWebSocket, item: HTMLElement, button: HTMLElement, option:
 *   HTMLOptionElement}} Shown
 */

export class Roster {
  /** @type {Map<string, Shown>} */
  #peers = new Map();
  #list;
  #select;
  #count;
  #alone;
  #picked;
  /** The option of a chosen peer that has left. @type {HTMLOptionElement | null} */
  #ghost = null;

  /**
   * @param {HTMLElement} panel
   * @param {() => void} picked
   */
  constructor(panel, picked) {
    this.#list = find(panel, ".peers ul", HTMLElement);
    this.#count = find(panel, ".count", HTMLElement);
    this.#alone = find(panel, ".alone", HTMLElement);
    this.#select = find(panel, ".to select", HTMLSelectElement);
    this.#picked = picked;
    this.#select.addEventListener("change", () => this.choose(this.#select.value));
  }

  /** @returns {PeerWebSocket | null} the peer to write to, null for everyone */
  get chosen() {
    return this.#peers.get(this.#select.value)?.peer ?? null;
  }

  /** The chosen peer has left; what was meant for it must not go to everyone. */
  get gone() {
    return this.#select.value !== "" && !this.#peers.has(this.#select.value);
  }

  /** @param {PeerWebSocket} peer */
  add(peer) {
    const again = this.#ghost?.value === peer.id;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = peer.id;
    button.title = `Write to ${peer.id}`;
    button.setAttribute("aria-pressed", String(again));
    button.addEventListener("click", () => {
      this.choose(peer.id);
      this.#picked();
    });
    const item = document.createElement("li");
    item.append(button);
    const option = new Option(peer.id, peer.id);
    this.#peers.set(peer.id, { peer, item, button, option });
    this.#list.append(item);
    this.#select.append(option);
    if (again) {
      this.#ghost?.remove();
      this.choose(peer.id);
    }
    this.#recount();
  }

  /** @param {string} id */
  remove(id) {
    const entry = this.#peers.get(id);
    if (!entry) return;
    this.#peers.delete(id);
    entry.item.remove();
    if (this.#select.value === id) {
      entry.option.textContent = `${id} (left)`;
      this.#ghost = entry.option;
    } else {
      entry.option.remove();
    }
    this.#recount();
  }

  clear() {
    for (const id of [...this.#peers.keys()]) this.remove(id);
  }

  /** @param {string} id */
  choose(id) {
    this.#select.value = id;
    if (!this.gone) {
      this.#ghost?.remove();
      this.#ghost = null;
    }
    for (const [other, { button }] of this.#peers) button.setAttribute("aria-pressed", String(other === id));
  }

  #recount() {
    this.#count.textContent = String(this.#peers.size);
    this.#alone.hidden = this.#peers.size > 0;
  }
}
