/** A list of tabs and the panels that they show. */
export class Tabs {
  /** @type {Map<string, import('/console/panel.js').Panel>} */
  panels = new Map();
  selected = "";
  #tabs = new Map();
  #list;
  #main;
  #changed;

  constructor(list, main, changed) {
    this.#list = list;
    this.#main = main;
    this.#changed = changed;
    list.addEventListener("keydown", (event) => this.#key(event));
  }

  add(key, panel) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `tab-${key}`;
    tab.role = "tab";
    tab.setAttribute("aria-controls", `panel-${key}`);
    const [kind, name] = key.split("/");
    tab.append(span("kind", kind), " ", span("channel", name), span("unread", ""));
    tab.addEventListener("click", () => this.select(key));
    panel.element.id = `panel-${key}`;
    panel.element.setAttribute("aria-labelledby", tab.id);
    panel.onactivity = () => this.#mark(key);
    panel.onstate = (state) => {
      tab.dataset.state = state;
    };
    tab.dataset.state = panel.state;
    this.panels.set(key, panel);
    this.#tabs.set(key, tab);
    this.#list.append(tab);
    this.#main.append(panel.element);
  }

  remove(key) {
    const keys = [...this.panels.keys()];
    const at = keys.indexOf(key);
    this.panels.get(key).element.remove();
    this.#tabs.get(key).remove();
    this.panels.delete(key);
    this.#tabs.delete(key);
    if (this.selected === key) this.select(keys[at + 1] ?? keys[at - 1] ?? "");
    else this.#changed();
  }

  select(key) {
    this.selected = key;
    for (const [other, tab] of this.#tabs) {
      const chosen = other === key;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      this.panels.get(other).show(chosen);
    }
    const tab = this.#tabs.get(key);
    if (tab) {
      tab.querySelector(".unread").textContent = "";
      tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    this.#changed();
  }

  step(by) {
    const keys = [...this.panels.keys()];
    this.select(keys[(keys.indexOf(this.selected) + by + keys.length) % keys.length]);
  }

  focus() {
    this.#tabs.get(this.selected).focus();
  }

  #mark(key) {
    if (key === this.selected) return;
    const badge = this.#tabs.get(key).querySelector(".unread");
    badge.textContent = String(Math.min(Number(badge.textContent) + 1, 999));
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const keys = [...this.panels.keys()];
    const moves = {
      ArrowDown: () => this.step(1),
      ArrowRight: () => this.step(1),
      ArrowUp: () => this.step(-1),
      ArrowLeft: () => this.step(-1),
      Home: () => this.select(keys[0]),
      End: () => this.select(keys.at(-1)),
      Delete: () => this.panels.get(this.selected).leave(),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
    if (this.selected) this.focus();
  }
}

function span(name, text) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}
