/** The panel with the numbers of each connection: what carries it, and how well. */

import { element } from "../shared/element.js";
import { Graph } from "../shared/graph.js";
import { nameTag } from "../shared/names.js";
import { describePath } from "./statistics.js";

const GRAPHS = [
  {
    label: "Round trip",
    unit: "ms",
    series: [{ label: "Round trip", hue: 5 }],
    values: ({ roundTrip }) => [roundTrip],
  },
  {
    label: "kbit/s",
    unit: "",
    series: [
      { label: "received", hue: 3 },
      { label: "sent", hue: 1 },
    ],
    values: ({ received, sent }) => [received, sent],
  },
  { label: "Loss", unit: "%", series: [{ label: "Loss", hue: 0 }], values: ({ loss }) => [loss] },
];

export class Numbers {
  #box;
  #room;
  /** By the id of the person. @type {Map<string, Connection>} */
  #connections = new Map();

  /**
   * @param {Element} box
   * @param {object} room
   */
  constructor(box, room) {
    this.#box = box;
    this.#room = room;
    box.replaceChildren(element("p", { className: "hint nobody", textContent: "Nobody else is here." }));
    room.addEventListener("go", ({ detail }) => this.#go(detail.person));
  }

  /**
   * What draws the graphs is larger than the page: who never opens the panel never loads it.
   * @param {Map<string, import('./link.js').Link>} links
   */
  update(links) {
    if (this.#box.closest("[hidden]")) return;
    for (const [id, link] of links)
      if (link.measured) this.#of(id).show(link, this.#room.label(this.#room.people.get(id)));
  }

  clear() {
    for (const id of [...this.#connections.keys()]) this.#go({ id });
  }

  #of(id) {
    if (!this.#connections.has(id)) {
      const connection = new Connection();
      this.#connections.set(id, connection);
      this.#box.append(connection.element);
    }
    return this.#connections.get(id);
  }

  #go({ id }) {
    this.#connections.get(id)?.remove();
    this.#connections.delete(id);
  }
}

class Connection {
  #name = element("h3");
  #path = element("p", { className: "hint" });
  #picture = element("p", { className: "hint" });
  #graphs;

  constructor() {
    this.element = element("section", { className: "connection" }, this.#name, this.#path, this.#picture);
    this.#graphs = GRAPHS.map(({ label, unit, series, values }) => {
      const latest = element("span", { className: "latest" });
      const figure = element("figure", {}, element("figcaption", {}, label, " ", latest));
      this.element.append(figure);
      return { graph: new Graph(figure, { label, unit, series, height: 64 }), latest, unit, series, values };
    });
  }

  show({ measured, state }, name) {
    if (this.#name.textContent !== name) this.#name.replaceChildren(nameTag(name));
    write(this.#path, state === "connected" ? describePath(measured) : "Not connected.");
    const { picture } = measured;
    write(
      this.#picture,
      picture
        ? `Picture ${picture.width} × ${picture.height}, ${Math.round(picture.rate)} frames a second`
        : "No picture arrives.",
    );
    for (const { graph, latest, unit, series, values } of this.#graphs) {
      const known = values(measured);
      graph.push(known);
      write(
        latest,
        known
          .map((value, index) =>
            `${series.length > 1 ? `${series[index].label} ` : ""}${written(value)} ${unit}`.trim(),
          )
          .join(", "),
      );
    }
  }

  remove() {
    for (const { graph } of this.#graphs) graph.remove();
    this.element.remove();
  }
}

function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

function written(value) {
  if (value === null) return "–";
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
