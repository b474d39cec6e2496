/** How long a sign of life takes to each of the others and back, drawn and in numbers. */

import { byId, element } from "../shared/element.js";
import { tag } from "./scoreboard.js";

/** @import { Graph } from "../shared/graph.js" */

/**
 * How one of the others is: `pause` in milliseconds, where it is known.
 * @typedef {{id: string, name: string, seat: number, pause: number | undefined}} Player
 */

/**
 * Milliseconds, second by second: null where there was no answer.
 * @typedef {(number | null)[]} Trips
 */

const SECONDS = 60;

export class Latency {
  #list = byId("latency-list", HTMLElement);
  /** Loaded when the person wants to see it. @type {Graph | null} */
  #graph = null;
  /** @type {number[]} */
  #times = [];
  /** By id, one value for each time. @type {Map<string, Trips>} */
  #values = new Map();
  /** What has been answered since the last second. @type {Map<string, number>} */
  #answers = new Map();
  #series = "";

  async show() {
    const place = byId("latency-graph", HTMLElement);
    const module = await import("../shared/graph.js").catch(() => null);
    if (!module) place.textContent = "The graph could not be loaded: reload the page.";
    else this.#graph ??= this.#open(module, place);
    this.#series = "";
  }

  /**
   * @param {typeof import("../shared/graph.js")} module
   * @param {HTMLElement} place
   */
  #open(module, place) {
    place.replaceChildren();
    return new module.Graph(place, { label: "Round trip", unit: "ms", seconds: SECONDS, height: 96, series: [] });
  }

  /**
   * @param {string} id
   * @param {number} ms
   */
  answered(id, ms) {
    this.#answers.set(id, ms);
  }

  /** Once a second. @param {Player[]} players without oneself */
  second(players) {
    this.#record(players);
    const values = players.map(({ id }) => this.#values.get(id) ?? []);
    this.#list.replaceChildren(...players.map((player, index) => line(player, latest(values[index]))));
    if (this.#graph) this.#draw(this.#graph, players, values);
  }

  clear() {
    this.#times = [];
    this.#values.clear();
    this.#answers.clear();
    this.second([]);
  }

  /**
   * @param {Graph} graph
   * @param {Player[]} players
   * @param {Trips[]} values of each
   */
  #draw(graph, players, values) {
    const key = JSON.stringify(players.map(({ id, name, seat }) => [id, name, seat]));
    const series = players.map(({ name, seat }) => ({ label: name, hue: seat }));
    if (key === this.#series) graph.push(values.map(latest));
    else graph.set(series, [[...this.#times], ...values.map((row) => [...row])]);
    this.#series = key;
  }

  /** @param {Player[]} players */
  #record(players) {
    const isFull = this.#times.push(performance.now() / 1000) > SECONDS + 1;
    if (isFull) this.#times.shift();
    /** @type {Map<string, Trips>} */
    const values = new Map();
    for (const { id } of players) {
      const row = this.#values.get(id) ?? Array(this.#times.length - (isFull ? 0 : 1)).fill(null);
      row.push(this.#answers.get(id) ?? null);
      values.set(id, row.slice(-this.#times.length));
    }
    this.#values = values;
    this.#answers.clear();
  }
}

/** @param {Trips} trips */
const latest = (trips) => trips.at(-1) ?? null;

/**
 * @param {Player} player
 * @param {number | null} ms
 */
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
