/** Rates over the last ten minutes: uPlot in the colours of the page. */

import uPlot from "uplot";

import { element } from "./element.js";
import { SPAN_MS } from "./history.js";

/** @import { Columns } from "./history.js" */

const AXIS_WIDTH = 62;
/** The scale of what hardly moves. */
const LEAST = 4;

/** A rate, and the name of its colour. @typedef {{label: string, hue: string}} Line */

/** @typedef {{label: string, height: number, lines: Line[], write: (value: number | null) => string}} GraphOptions */

export class Graph {
  element = element("figure", { className: "graph" });
  #options;
  #box = element("div", { className: "plot", role: "img" });
  /** @type {HTMLElement[]} */
  #values = [];
  /** @type {uPlot | null} */
  #plot = null;
  /** @type {Map<string, string>} */
  #colours = new Map();

  /** @param {GraphOptions} options */
  constructor(options) {
    this.#options = options;
    const legend = element("figcaption", {}, element("h3", {}, options.label));
    for (const { label, hue } of options.lines) {
      const value = element("strong");
      this.#values.push(value);
      legend.append(element("span", { className: "line", dataset: { hue } }, label, " ", value));
    }
    this.element.append(legend, this.#box);
    new ResizeObserver(() => this.#resize()).observe(this.#box);
    for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
      matchMedia(query).addEventListener("change", () => {
        this.#colours.clear();
        this.#plot?.redraw(false, true);
      });
    }
  }

  /**
   * @param {Columns} columns the times, and one for each line
   * @param {(number | null)[]} now
   */
  show(columns, now) {
    now.forEach((value, index) => {
      const text = this.#options.write(value);
      if (this.#values[index].textContent !== text) this.#values[index].textContent = text;
    });
    if (!this.#box.clientWidth) return;
    this.#plot ??= this.#make(columns);
    this.#plot.setData(columns);
    this.#box.ariaLabel = this.#described(columns, now);
  }

  /** @param {Columns} columns */
  #make(columns) {
    const { height, lines, write } = this.#options;
    const font = "11px system-ui, sans-serif";
    const stroke = () => this.#colour("dim");
    const grid = { stroke: () => this.#colour("line"), width: 1 };
    return new uPlot(
      {
        width: this.#box.clientWidth,
        height,
        padding: [6, 18, 0, 0],
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { range: () => [(Date.now() - SPAN_MS) / 1000, Date.now() / 1000] },
          y: { range: (_, __, most) => [0, Math.max(most * 1.15, LEAST)] },
        },
        series: [{}, ...lines.map((line) => this.#series(line))],
        axes: [
          {
            stroke,
            font,
            grid,
            ticks: { show: false },
            size: 22,
            gap: 5,
            space: 60,
            values: (_, at) => at.map(minute),
          },
          {
            ...{ stroke, font, grid, ticks: { show: false }, size: AXIS_WIDTH, gap: 4, space: 22 },
            values: (_, values) => values.map(write),
          },
        ],
      },
      columns,
      this.#box,
    );
  }

  /**
   * @param {Line} line
   * @returns {uPlot.Series}
   */
  #series({ label, hue }) {
    return { label, stroke: () => this.#colour(hue), width: 1.5, points: { show: false }, spanGaps: false };
  }

  /**
   * Canvas cannot read the variables of the page, so an element has the colour first.
   * @param {string} name
   * @returns {string}
   */
  #colour(name) {
    const known = this.#colours.get(name);
    if (known !== undefined) return known;
    const probe = element("span", { className: "line", hidden: true, dataset: { hue: name } });
    this.#box.append(probe);
    const colour = getComputedStyle(probe).getPropertyValue("outline-color");
    probe.remove();
    this.#colours.set(name, colour);
    return colour;
  }

  /**
   * @param {Columns} columns
   * @param {(number | null)[]} now
   */
  #described([, ...columns], now) {
    const { label, lines, write } = this.#options;
    const parts = lines.map(({ label: name }, index) => {
      const most = columns[index].reduce((/** @type {number} */ max, value) => Math.max(max, value ?? 0), 0);
      return `${name} ${write(now[index])}, at most ${write(most)} in the last ten minutes`;
    });
    return `${label}: ${parts.join("; ")}`;
  }

  #resize() {
    const width = this.#box.clientWidth;
    if (this.#plot && width) this.#plot.setSize({ width, height: this.#options.height });
  }
}

/** @param {number} at in seconds of Unix time */
function minute(at) {
  return new Date(at * 1000).toTimeString().slice(0, 5);
}
