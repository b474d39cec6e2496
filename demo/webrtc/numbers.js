/** The panel with the numbers of each connection: what carries it, and how well. */

import { element } from "../shared/element.js";
import { Graph } from "../shared/graph.js";
import { nameTag } from "../shared/names.js";
import { describePath } from "./statistics.js";

/**
 * @import { Series } from "../shared/graph.js"
 * @import { Measured } from "./statistics.js"
 * @import { Link } from "./link.js"
 * @import { Room } from "../shared/room.js"
 */

/**
 * @type {{label: string, unit: string, series: Series[], values: (measured: Measured) => (number |
 *   null)[]}[]}
 */
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
   * @param {Room} room
   */
  constructor(box, room) {
    this.#box = box;
    this.#room = room;
    box.replaceChildren(element("p", { className: "hint nobody", textContent: "Nobody else is here." }));
    room.addEventListener("go", ({ detail }) => this.#go(detail.person));
  }

  /**
   * What draws the graphs is larger than the page: who never opens the panel never loads it.
   * @param {Map<string, Link>} links
   */
  update(links) {
    if (this.#box.closest("[hidden]")) return;
    for (const [id, { measured, state }] of links) {
      const person = this.#room.people.get(id);
      if (measured && person) this.#of(id).show(measured, state, this.#room.label(person));
    }
  }

  clear() {
    for (const id of [...this.#connections.keys()]) this.#go({ id });
  }

  /** @param {string} id */
  #of(id) {
    const known = this.#connections.get(id);
    if (known) return known;
    const connection = new Connection();
    this.#connections.set(id, connection);
    this.#box.append(connection.element);
    return connection;
  }

  /** @param {{id: string}} person */
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

  /**
   * @param {Measured} measured
   * @param {RTCPeerConnectionState} state
   * @param {string} name of the other person
   */
  show(measured, state, name) {
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

/**
 * @param {Element} target
 * @param {string} text
 */
function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** @param {number | null} value */
function written(value) {
  if (value === null) return "–";
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
