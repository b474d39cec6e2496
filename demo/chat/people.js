/** Who is here, as a list to see and as the choice of whom to write to. */

import { element } from "../shared/element.js";
import { nameTag } from "../shared/names.js";

/** Of each kind. A channel may have thousands, of which nobody reads a list. */
const ROWS_AT_MOST = 200;

export class People {
  #room = null;
  #list = document.getElementById("people");
  #count = document.getElementById("count");
  #alone = document.getElementById("alone");
  #to = document.getElementById("to");
  #message = document.getElementById("message");
  #addressee = "";
  #frame = 0;
  /** What is on the page, by what it shows, so that only what differs is touched: a click takes longer than a frame. */
  #rows = new Map();
  #options = new Map();

  constructor() {
    this.#to.addEventListener("change", () => this.#render());
  }

  /** @param {import('../shared/room.js').Room} room */
  follow(room) {
    this.#room = room;
    const render = () => {
      this.#frame ||= requestAnimationFrame(() => this.#render());
    };
    room.addEventListener("people", render);
    room.addEventListener("state", render);
    this.choose("");
  }

  /** @returns {import('../shared/room.js').Person | null} the person to write to, null for everyone */
  get chosen() {
    return this.#room.people.get(this.#to.value) ?? null;
  }

  /** @returns {string} the name of the chosen person who has left: what was meant for them must not go to everyone */
  get gone() {
    return this.#to.value && !this.chosen ? this.#addressee : "";
  }

  choose(id) {
    this.#to.value = id;
    this.#render();
  }

  #render() {
    this.#frame = 0;
    const people = [...this.#room.people.values()].map((person) => ({
      id: person.id,
      name: this.#room.label(person),
    }));
    this.#count.textContent = String(people.length + 1);
    this.#alone.hidden = people.length > 0 || this.#room.state !== "open";
    this.#showOptions(people);
    this.#showRows(people, [...this.#room.others.keys()]);
  }

  #showOptions(people) {
    const chosen = this.#to.value;
    this.#addressee = people.find(({ id }) => id === chosen)?.name ?? this.#addressee;
    const wanted = [["", "Everyone"], ...people.slice(0, ROWS_AT_MOST).map(({ id, name }) => [id, name])];
    if (chosen && !wanted.some(([id]) => id === chosen))
      wanted.push([chosen, this.gone ? `${this.gone} (left)` : this.#addressee]);
    const options = wanted.map(([id, name]) => [`${id} ${name}`, () => new Option(name, id)]);
    this.#options = arrange(this.#to, this.#options, options);
    this.#to.value = chosen;
    this.#to.form.classList.toggle("direct", chosen !== "");
    this.#message.placeholder = chosen ? `Only ${this.#addressee} will see this` : "Message to everyone";
  }

  #showRows(people, others) {
    const { name: own } = this.#room;
    const hidden = Math.max(people.length - ROWS_AT_MOST, 0) + Math.max(others.length - ROWS_AT_MOST, 0);
    this.#rows = arrange(this.#list, this.#rows, [
      [`you ${own}`, () => item(label(nameTag(own), "you"))],
      ...people.slice(0, ROWS_AT_MOST).map(({ id, name }) => [`${id} ${name}`, () => item(this.#button(id, name))]),
      ...others
        .slice(0, ROWS_AT_MOST)
        .map((id) => [id, () => item(label(`unnamed ${id.slice(0, 4)}`, "not a chat page"))]),
      ...(hidden ? [[`and ${hidden}`, () => item(label("", `and ${hidden} more`))]] : []),
    ]);
    for (const button of this.#list.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.id === this.#to.value));
    }
  }

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
 * @param {[string, () => Element][]} wanted
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

const item = (content) => element("li", {}, content);

function label(name, remark) {
  return element("span", {}, name, " ", element("span", { className: "hint", textContent: remark }));
}
