/** Who is here, as a list to see and as the choice of whom to write to. */

const HUES = 8;

export class People {
  #room = null;
  #list = document.getElementById('people');
  #count = document.getElementById('count');
  #alone = document.getElementById('alone');
  #to = document.getElementById('to');
  #message = document.getElementById('message');
  /** Names of people by id, so that one who left is still called something. */
  #called = new Map();

  constructor() {
    this.#to.addEventListener('change', () => this.choose(this.#to.value));
  }

  /** @param {import('./room.js').Room} room */
  follow(room) {
    this.#room = room;
    this.choose('');
    room.addEventListener('people', () => this.#render());
    room.addEventListener('state', () => this.#render());
    this.#render();
  }

  /** @returns {import('./room.js').Person | null} the person to write to, null for everyone */
  get chosen() {
    return this.#room.people.get(this.#to.value) ?? null;
  }

  /** @returns {string} the name of the chosen person who has left: what was meant for them must not go to everyone */
  get gone() {
    return this.#to.value && !this.chosen ? this.#called.get(this.#to.value) : '';
  }

  /** The name, with the start of the id where somebody else here has the same. */
  name({ id, nick }) {
    const others = [...this.#room.people.values(), { id: this.#room.id, nick: this.#room.nick }];
    const same = (other) => other.id !== id && other.nick.toLowerCase() === nick.toLowerCase();
    return others.some(same) ? `${nick} ${id.slice(0, 4)}` : nick || `unnamed ${id.slice(0, 4)}`;
  }

  choose(id) {
    this.#to.value = id;
    this.#render();
  }

  #render() {
    const room = this.#room;
    const named = [...room.people.values()].filter(({ nick }) => nick);
    const unnamed = [...room.people.values()].filter(({ nick }) => !nick);
    for (const person of named) this.#called.set(person.id, this.name(person));
    this.#count.textContent = String(named.length + 1);
    this.#alone.hidden = named.length > 0 || room.state !== 'open';
    const focused = this.#list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    this.#list.replaceChildren(
      item(label(nickname(room.nick), 'you')),
      ...named.map((person) => item(this.#button(person))),
      ...unnamed.map((person) => item(label(this.name(person), 'not a chat page'))),
    );
    if (focused) this.#list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
    this.#options(named);
  }

  #button(person) {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.id = person.id;
    button.title = 'Write to this person only';
    button.setAttribute('aria-pressed', String(this.#to.value === person.id));
    button.append(nickname(this.name(person)));
    button.addEventListener('click', () => {
      this.choose(this.#to.value === person.id ? '' : person.id);
      this.#message.focus();
    });
    return button;
  }

  #options(named) {
    const chosen = this.#to.value;
    const options = named.map((person) => new Option(this.name(person), person.id));
    if (this.gone) options.push(new Option(`${this.gone} (left)`, chosen));
    this.#to.replaceChildren(new Option('Everyone', ''), ...options);
    this.#to.value = chosen;
    this.#to.form.classList.toggle('direct', chosen !== '');
    this.#message.placeholder = chosen ? `Only ${this.#called.get(chosen)} will see this` : 'Message to everyone';
  }
}

/** A name in its colour. */
export function nickname(name) {
  const element = document.createElement('bdi');
  element.textContent = name;
  element.className = `nick hue-${[...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 8191, 0) % HUES}`;
  return element;
}

function label(name, note) {
  const line = document.createElement('span');
  const remark = document.createElement('span');
  remark.className = 'hint';
  remark.textContent = note;
  line.append(name, ' ', remark);
  return line;
}

function item(content) {
  const element = document.createElement('li');
  element.append(content);
  return element;
}
