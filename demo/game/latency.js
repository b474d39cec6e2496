/** How long a sign of life takes to each of the others and back, drawn and in numbers. */

import { element } from "../shared/element.js";
import { tag } from "./scoreboard.js";

const SECONDS = 60;

export class Latency {
  #list = document.getElementById("latency-list");
  /** Loaded when the person wants to see it. @type {import('../shared/graph.js').Graph | null} */
  #graph = null;
  #times = [];
  /** By id, one value for each time. @type {Map<string, (number | null)[]>} */
  #values = new Map();
  /** What has been answered since the last second. @type {Map<string, number>} */
  #answers = new Map();
  #series = "";

  async show() {
    const place = document.getElementById("latency-graph");
    const module = await import("../shared/graph.js").catch(() => null);
    if (!module) place.textContent = "The graph could not be loaded: reload the page.";
    else this.#graph ??= this.#open(module.Graph, place);
    this.#series = "";
  }

  #open(Graph, place) {
    place.replaceChildren();
    return new Graph(place, { label: "Round trip", unit: "ms", seconds: SECONDS, height: 96, series: [] });
  }

  answered(id, ms) {
    this.#answers.set(id, ms);
  }

  /** Once a second. @param {{id: string, name: string, seat: number, pause: number | undefined}[]} players without oneself */
  second(players) {
    this.#record(players);
    const values = players.map(({ id }) => this.#values.get(id));
    this.#list.replaceChildren(...players.map((player, index) => line(player, values[index].at(-1))));
    if (this.#graph) this.#draw(players, values);
  }

  clear() {
    this.#times = [];
    this.#values.clear();
    this.#answers.clear();
    this.second([]);
  }

  #draw(players, values) {
    const key = JSON.stringify(players.map(({ id, name, seat }) => [id, name, seat]));
    const series = players.map(({ name, seat }) => ({ label: name, hue: seat }));
    if (key === this.#series) this.#graph.push(values.map((row) => row.at(-1)));
    else this.#graph.set(series, [[...this.#times], ...values.map((row) => [...row])]);
    this.#series = key;
  }

  #record(players) {
    const isFull = this.#times.push(performance.now() / 1000) > SECONDS + 1;
    if (isFull) this.#times.shift();
    const values = players.map(({ id }) => {
      const row = this.#values.get(id) ?? Array(this.#times.length - (isFull ? 0 : 1)).fill(null);
      row.push(this.#answers.get(id) ?? null);
      return [id, row.slice(-this.#times.length)];
    });
    this.#values = new Map(values);
    this.#answers.clear();
  }
}

function line({ name, seat, pause }, ms) {
  const trip = ms === null ? "no answer yet" : `${ms.toFixed(1)} ms`;
  const stop = pause === undefined ? "" : `pause ${Math.round(pause)} ms`;
  return element(
    "li",
    {},
    tag(name, seat),
    element("span", { textContent: trip }),
    element("span", { className: "hint", textContent: stop }),
  );
}
