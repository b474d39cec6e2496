/** A list of tabs and the panels that they show. */

import { find } from "../page.js";

/** @import { Panel } from "./panel.js" */

export class Tabs {
  /** @type {Map<string, Panel>} */
  panels = new Map();
  selected = "";
  /** @type {Map<string, HTMLElement>} */
  #tabs = new Map();
  #list;
  #main;
  #changed;

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} main
   * @param {() => void} changed
   */
  constructor(list, main, changed) {
    this.#list = list;
    this.#main = main;
    this.#changed = changed;
    list.addEventListener("keydown", (event) => this.#key(event));
  }

  /**
   * @param {string} key
   * @param {Panel} panel
   */
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

  /** @param {string} key */
  remove(key) {
    const keys = [...this.panels.keys()];
    const at = keys.indexOf(key);
    this.panels.get(key)?.element.remove();
    this.#tabs.get(key)?.remove();
    this.panels.delete(key);
    this.#tabs.delete(key);
    if (this.selected === key) this.select(keys[at + 1] ?? keys[at - 1] ?? "");
    else this.#changed();
  }

  /** @param {string} key */
  select(key) {
    this.selected = key;
    for (const [other, tab] of this.#tabs) {
      const chosen = other === key;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      this.panels.get(other)?.show(chosen);
    }
    const tab = this.#tabs.get(key);
    if (tab) {
      find(tab, ".unread", HTMLElement).textContent = "";
      tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    this.#changed();
  }

  /** @param {number} by */
  step(by) {
    const keys = [...this.panels.keys()];
    this.select(keys[(keys.indexOf(this.selected) + by + keys.length) % keys.length]);
  }

  focus() {
    this.#tabs.get(this.selected)?.focus();
  }

  /** @param {string} key */
  #mark(key) {
    const tab = this.#tabs.get(key);
    if (!tab || key === this.selected) return;
    const badge = find(tab, ".unread", HTMLElement);
    badge.textContent = String(Math.min(Number(badge.textContent) + 1, 999));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const keys = [...this.panels.keys()];
    /** @type {Record<string, () => void>} */
    const moves = {
      ArrowDown: () => this.step(1),
      ArrowRight: () => this.step(1),
      ArrowUp: () => this.step(-1),
      ArrowLeft: () => this.step(-1),
      Home: () => this.select(keys[0]),
      End: () => this.select(keys[keys.length - 1]),
      Delete: () => this.panels.get(this.selected)?.leave(),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
    if (this.selected) this.focus();
  }
}

/**
 * @param {string} name
 * @param {string} text
 */
function span(name, text) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}
