/** The first view: links, what is wrong, rates, and the network as a picture. */

import { element } from "../element.js";
import { byteRate, count, rate } from "../format.js";
import { Graph } from "../graph.js";
import { Picture } from "../picture.js";
import { Picker } from "./picker.js";
import { linksTable } from "./links.js";
import { TroubleList, candidateItems, slowItems } from "./troubles.js";

/** @import { Actions } from "../actions.js" */
/** @import { Model } from "../model.js" */

/** As many links as the proxy tells in its feed. */
const LINKS_TOLD = 256;
const GRAPH_HEIGHT = 78;

export class NetworkView {
  #model;
  #actions;
  #links;
  #slow = new TroubleList("Every client takes what it gets.");
  #candidates = new TroubleList("Every proxy that is known is linked.");
  #picture = new Picture();
  #picker;
  #messages = new Graph({
    label: "Messages",
    height: GRAPH_HEIGHT,
    write: rate,
    lines: [{ label: "sent by clients", hue: "accent" }],
  });
  #bytes = new Graph({
    label: "Bytes",
    height: GRAPH_HEIGHT,
    write: byteRate,
    lines: [
      { label: "from clients", hue: "accent" },
      { label: "to clients", hue: "direct" },
      { label: "over links", hue: "good" },
    ],
  });
  /** @type {Record<string, HTMLElement>} */
  #counts = {};

  /**
   * @param {HTMLElement} place
   * @param {Model} model
   * @param {Actions} actions
   * @param {(channel: string | null) => void} choose
   */
  constructor(place, model, actions, choose) {
    this.#model = model;
    this.#actions = actions;
    this.#links = linksTable(model);
    this.#picker = new Picker(choose);
    const links = this.#card("links", "Links", this.#links.element);
    const candidates = this.#card("candidates", "Not linked", this.#candidates.element);
    const slow = this.#card("slow", "Slow or cut", this.#slow.element);
    const map = this.#card("map", "Picture", this.#picker.element, this.#picture.element);
    const rates = this.#card("rates", "Rates over ten minutes", this.#messages.element, this.#bytes.element);
    place.append(
      element("div", { className: "column" }, links, element("div", { className: "wrong" }, candidates, slow)),
      element("div", { className: "column" }, map, rates),
    );
  }

  show() {
    const { links, history, proxy } = this.#model;
    const rows = [...links.values()];
    const beyond = rows.length < LINKS_TOLD || !proxy ? 0 : Math.max(proxy.links - rows.length, 0);
    this.#links.show(rows, beyond ? `${count(beyond)} more are not in the feed: see nws status.` : "");
    const slow = slowItems(this.#model, this.#actions);
    const candidates = candidateItems(this.#model, this.#actions);
    this.#slow.show(slow);
    this.#candidates.show(candidates);
    this.#count("links", rows.length);
    this.#count("slow", slow.length);
    this.#count("candidates", candidates.length);
    this.#picker.show(this.#model);
    this.#picture.show(this.#model);
    const [times, messages, ...bytes] = history.columns;
    const [messagesNow, ...bytesNow] = history.now;
    this.#messages.show([times, messages], [messagesNow]);
    this.#bytes.show([times, ...bytes], bytesNow);
  }

  /**
   * @param {string} name
   * @param {string} title
   * @param {...HTMLElement} content
   */
  #card(name, title, ...content) {
    const id = `card-${name}`;
    const number = element("span", { className: "count" });
    this.#counts[name] = number;
    const head = element("h2", { id }, title, " ", number);
    const card = element("section", { className: `card ${name}` }, head, ...content);
    card.setAttribute("aria-labelledby", id);
    return card;
  }

  /**
   * @param {string} name
   * @param {number} value
   */
  #count(name, value) {
    const text = count(value);
    if (this.#counts[name].textContent !== text) this.#counts[name].textContent = text;
  }
}
