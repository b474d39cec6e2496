/** The peers of a channel, as a list to see and as the choice of whom to write to. */
export class Roster {
  #peers = new Map();
  #list;
  #select;
  #count;
  #alone;
  #picked;
  /** The option of a chosen peer that has left. */
  #ghost = null;

  constructor(panel, picked) {
    this.#list = panel.querySelector(".peers ul");
    this.#count = panel.querySelector(".count");
    this.#alone = panel.querySelector(".alone");
    this.#select = panel.querySelector(".to select");
    this.#picked = picked;
    this.#select.addEventListener("change", () => this.choose(this.#select.value));
  }

  /** @returns {EventTarget | null} the peer to write to, null for everyone */
  get chosen() {
    return this.#peers.get(this.#select.value)?.peer ?? null;
  }

  /** The chosen peer has left; what was meant for it must not go to everyone. */
  get gone() {
    return this.#select.value !== "" && !this.#peers.has(this.#select.value);
  }

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
      this.#ghost.remove();
      this.choose(peer.id);
    }
    this.#recount();
  }

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
