/** Who is here, as a list to see and as the choice of whom to write to. */

import { byId, element } from "../shared/element.js";
import { nameTag } from "../shared/names.js";

/** @import { Person, Room } from "../shared/room.js" */

/** As the page shows one. @typedef {{id: string, name: string}} Shown */

/**
 * A child that is to be there: what it shows, and how it is made.
 * @typedef {[shows: string, make: () => Element]} Wanted
 */

/** Of each kind. A channel may have thousands, of which nobody reads a list. */
const ROWS_AT_MOST = 200;

export class People {
  /** @type {Room | null} */
  #room = null;
  #list = byId("people", HTMLElement);
  #count = byId("count", HTMLElement);
  #alone = byId("alone", HTMLElement);
  #to = byId("to", HTMLSelectElement);
  #message = byId("message", HTMLTextAreaElement);
  #addressee = "";
  #frame = 0;
  /**
   * What is on the page, by what it shows, so that only what differs is touched: a click takes
   * longer than a frame.
   * @type {Map<string, Element>}
   */
  #rows = new Map();
  /** @type {Map<string, Element>} */
  #options = new Map();

  constructor() {
    this.#to.addEventListener("change", () => this.#render());
  }

  /** @param {Room} room */
  follow(room) {
    this.#room = room;
    const render = () => {
      this.#frame ||= requestAnimationFrame(() => this.#render());
    };
    room.addEventListener("people", render);
    room.addEventListener("state", render);
    this.choose("");
  }

  /** @returns {Person | null} the person to write to, null for everyone */
  get chosen() {
    return this.#room?.people.get(this.#to.value) ?? null;
  }

  /** @returns {string} the name of the chosen person who has left: what was meant for them must not go to everyone */
  get gone() {
    return this.#to.value && !this.chosen ? this.#addressee : "";
  }

  /** @param {string} id */
  choose(id) {
    this.#to.value = id;
    this.#render();
  }

  #render() {
    this.#frame = 0;
    const room = this.#room;
    if (!room) return;
    const people = [...room.people.values()].map((person) => ({ id: person.id, name: room.label(person) }));
    this.#count.textContent = String(people.length + 1);
    this.#alone.hidden = people.length > 0 || room.state !== "open";
    this.#showOptions(people);
    this.#showRows(room.name, people, [...room.others.keys()]);
  }

  /** @param {Shown[]} people */
  #showOptions(people) {
    const chosen = this.#to.value;
    this.#addressee = people.find(({ id }) => id === chosen)?.name ?? this.#addressee;
    const wanted = [["", "Everyone"], ...people.slice(0, ROWS_AT_MOST).map(({ id, name }) => [id, name])];
    if (chosen && !wanted.some(([id]) => id === chosen))
      wanted.push([chosen, this.gone ? `${this.gone} (left)` : this.#addressee]);
    /** @type {Wanted[]} */
    const options = wanted.map(([id, name]) => [`${id} ${name}`, () => new Option(name, id)]);
    this.#options = arrange(this.#to, this.#options, options);
    this.#to.value = chosen;
    this.#to.form?.classList.toggle("direct", chosen !== "");
    this.#message.placeholder = chosen ? `Only ${this.#addressee} will see this` : "Message to everyone";
  }

  /**
   * @param {string} own the name of whoever sits here
   * @param {Shown[]} people
   * @param {string[]} others ids
   */
  #showRows(own, people, others) {
    const hidden = Math.max(people.length - ROWS_AT_MOST, 0) + Math.max(others.length - ROWS_AT_MOST, 0);
    const more = () => item(label("", `and ${hidden} more`));
    /** @type {Wanted[]} */
    const wanted = [
      [`you ${own}`, () => item(label(nameTag(own), "you"))],
      ...people
        .slice(0, ROWS_AT_MOST)
        .map(/** @returns {Wanted} */ ({ id, name }) => [`${id} ${name}`, () => item(this.#button(id, name))]),
      ...others
        .slice(0, ROWS_AT_MOST)
        .map(/** @returns {Wanted} */ (id) => [id, () => item(label(`unnamed ${id.slice(0, 4)}`, "not a chat page"))]),
    ];
    if (hidden) wanted.push([`and ${hidden}`, more]);
    this.#rows = arrange(this.#list, this.#rows, wanted);
    for (const button of this.#list.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.id === this.#to.value));
    }
  }

  /**
   * @param {string} id
   * @param {string} name
   */
  #button(id, name) {
    const onclick = () => {
      this.choose(this.#to.value === id ? "" : id);
      this.#message.focus();
    };
    return element(
      "button",
      { type: "button", title: "Write to this person only", dataset: { id }, onclick },
      nameTag(name),
    );
  }
}

/**
 * Makes the children of `parent` the wanted ones, in order, keeping those that are there already.
 * @param {Map<string, Element>} present
 * @param {Wanted[]} wanted
 * @param {Element} parent
 */
function arrange(parent, present, wanted) {
  const children = new Map(wanted.map(([key, make]) => [key, present.get(key) ?? make()]));
  for (const [key, child] of present) if (!children.has(key)) child.remove();
  let next = parent.firstElementChild;
  for (const child of children.values()) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
  return children;
}

/** @param {Node} content */
const item = (content) => element("li", {}, content);

/**
 * @param {Node | string} name
 * @param {string} remark
 */
function label(name, remark) {
  return element("span", {}, name, " ", element("span", { className: "hint", textContent: remark }));
}
