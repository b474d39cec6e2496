/** Who is here, as a list to see and as the choice of whom to write to. */

const HUES = 8;

export class People {
  #room = null;
  #list = document.getElementById('people');
  #count = document.getElementById('count');
  #alone = document.getElementById('alone');
  #to = document.getElementById('to');
  #message = document.getElementById('message');
  #addressee = '';
  #frame = 0;
  /** What is on the page, by what it shows, so that only what differs is touched: a click takes longer than a frame. */
  #rows = new Map();
  #options = new Map();

  constructor() {
    this.#to.addEventListener('change', () => this.#render());
  }

  /** @param {import('./room.js').Room} room */
  follow(room) {
    this.#room = room;
    const render = () => { this.#frame ||= requestAnimationFrame(() => this.#render()); };
    room.addEventListener('people', render);
    room.addEventListener('state', render);
    this.choose('');
  }

  /** @returns {import('./room.js').Person | null} the person to write to, null for everyone */
  get chosen() {
    return this.#room.people.get(this.#to.value) ?? null;
  }

  /** @returns {string} the name of the chosen person who has left: what was meant for them must not go to everyone */
  get gone() {
    return this.#to.value && !this.chosen ? this.#addressee : '';
  }

  /** The name, with the start of the id where somebody else here has the same. */
  name({ id, nick }, counts = this.#counts()) {
    if (!nick) return `unnamed ${id.slice(0, 4)}`;
    const namesakes = counts.get(nick.toLowerCase()) - (this.#room.people.has(id) ? 1 : 0);
    return namesakes > 0 ? `${nick} ${id.slice(0, 4)}` : nick;
  }

  choose(id) {
    this.#to.value = id;
    this.#render();
  }

  #counts() {
    const counts = new Map([[this.#room.nick.toLowerCase(), 1]]);
    for (const { nick } of this.#room.people.values()) {
      const key = nick.toLowerCase();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  #render() {
    this.#frame = 0;
    const counts = this.#counts();
    const people = [...this.#room.people.values()].map(({ id, nick }) => ({ id, nick, name: this.name({ id, nick }, counts) }));
    const named = people.filter(({ nick }) => nick);
    const unnamed = people.filter(({ nick }) => !nick);
    this.#count.textContent = String(named.length + 1);
    this.#alone.hidden = named.length > 0 || this.#room.state !== 'open';
    this.#showOptions(named);
    this.#showRows(named, unnamed);
  }

  #showOptions(named) {
    const chosen = this.#to.value;
    this.#addressee = named.find(({ id }) => id === chosen)?.name ?? this.#addressee;
    const wanted = [['', 'Everyone'], ...named.map(({ id, name }) => [id, name])];
    if (this.gone) wanted.push([chosen, `${this.gone} (left)`]);
    const options = wanted.map(([id, name]) => [`${id} ${name}`, () => new Option(name, id)]);
    this.#options = arrange(this.#to, this.#options, options);
    this.#to.value = chosen;
    this.#to.form.classList.toggle('direct', chosen !== '');
    this.#message.placeholder = chosen ? `Only ${this.#addressee} will see this` : 'Message to everyone';
  }

  #showRows(named, unnamed) {
    const own = this.#room.nick;
    this.#rows = arrange(this.#list, this.#rows, [
      [`you ${own}`, () => item(label(nickname(own), 'you'))],
      ...named.map(({ id, name }) => [`${id} ${name}`, () => item(this.#button(id, name))]),
      ...unnamed.map(({ id, name }) => [`${id} ${name}`, () => item(label(name, 'not a chat page'))]),
    ]);
    for (const button of this.#list.querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(button.dataset.id === this.#to.value));
    }
  }

  #button(id, name) {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.id = id;
    button.title = 'Write to this person only';
    button.append(nickname(name));
    button.addEventListener('click', () => {
      this.choose(this.#to.value === id ? '' : id);
      this.#message.focus();
    });
    return button;
  }
}

/** A name in its colour. */
export function nickname(name) {
  const element = document.createElement('bdi');
  element.textContent = name;
  element.className = `nick hue-${[...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 8191, 0) % HUES}`;
  return element;
}

/**
 * Makes the children of `parent` the wanted ones, in order, keeping those that are there already.
 * @param {Map<string, Element>} present
 * @param {[string, () => Element][]} wanted
 */
function arrange(parent, present, wanted) {
  const children = new Map(wanted.map(([key, make]) => [key, present.get(key) ?? make()]));
  for (const [key, element] of present) if (!children.has(key)) element.remove();
  let next = parent.firstElementChild;
  for (const element of children.values()) {
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
  return children;
}

function item(content) {
  const line = document.createElement('li');
  line.append(content);
  return line;
}

function label(name, remark) {
  const line = document.createElement('span');
  const note = document.createElement('span');
  note.className = 'hint';
  note.textContent = remark;
  line.append(name, ' ', note);
  return line;
}
