/** Lines over the last seconds: uPlot in the colours of the page, drawn at most once a frame. */

import { element } from "./element.js";

/** @import uPlot from "uplot" */

/** Enough for 60 seconds at 10 values a second; older ones are dropped. */
const POINTS_AT_MOST = 600;
const AXIS_WIDTH = 56;

/** @typedef {{label: string, hue: number}} Series */

/**
 * Times in seconds, then a column for each series.
 * @typedef {[number[], ...(number | null)[][]]} Columns
 */

/**
 * @typedef {{label: string, unit: string, seconds?: number, height?: number, series: Series[]}}
 *   GraphOptions
 */

/**
 * The path is a variable so that a checker does not look for a file that the build makes.
 * @type {string}
 */
const LIBRARY = "../dist/uplot.mjs";

export class Graph {
  #options;
  #box = element("div", { className: "graph", role: "img" });
  /** @type {Map<string, string>} */
  #colours = new Map();
  #scheme = matchMedia("(prefers-color-scheme: dark)");
  /** @type {Columns} */
  #data;
  /** @type {uPlot | null} */
  #plot = null;
  /** @type {typeof uPlot | null} */
  #library = null;
  #frame = 0;
  #size = new ResizeObserver(() => this.#resize());
  #recolour = () => {
    this.#colours.clear();
    this.#plot?.redraw(false, true);
  };

  /**
   * @param {Element} container
   * @param {GraphOptions} options
   */
  constructor(container, options) {
    this.#options = { seconds: 60, height: 80, ...options };
    this.#data = columnsFor(options.series);
    this.#describe();
    container.append(this.#box);
    this.#size.observe(this.#box);
    this.#scheme.addEventListener("change", this.#recolour);
    this.#load();
  }

  /** @param {(number | null)[]} values one of each series, as of now; null where it is not known */
  push(values) {
    const now = performance.now() / 1000;
    const [times, ...columns] = this.#data;
    times.push(now);
    columns.forEach((column, index) => column.push(values[index]));
    const oldest = now - this.#options.seconds - 1;
    while (times[0] < oldest || times.length > POINTS_AT_MOST) this.#data.forEach((column) => column.shift());
    this.#draw();
  }

  /**
   * Shows other series.
   * @param {Series[]} series
   * @param {Columns} [columns] the times by `performance.now()`
   */
  set(series, columns = columnsFor(series)) {
    this.#options = { ...this.#options, series };
    this.#data = columns;
    this.#plot?.destroy();
    this.#plot = null;
    this.#draw();
  }

  remove() {
    cancelAnimationFrame(this.#frame);
    this.#library = null;
    this.#scheme.removeEventListener("change", this.#recolour);
    this.#size.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
    this.#box.remove();
  }

  async #load() {
    const address = new URL("../dist/uplot.css", import.meta.url).href;
    if (!document.querySelector(`link[href="${address}"]`))
      document.head.append(element("link", { rel: "stylesheet", href: address }));
    /** @type {{default: typeof uPlot}} */
    const { default: library } = await import(LIBRARY);
    if (!this.#box.isConnected && !this.#box.parentNode) return;
    this.#library = library;
    this.#draw();
  }

  #draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      if (!this.#library || !this.#box.clientWidth) return;
      this.#plot ??= this.#make(this.#library);
      this.#plot.setData(this.#data);
      this.#describe();
    });
  }

  /** @param {typeof uPlot} Plot */
  #make(Plot) {
    const { height, seconds, series, unit } = this.#options;
    const now = () => performance.now() / 1000;
    /**
     * @param {Series} series
     * @returns {uPlot.Series}
     */
    const line = ({ label, hue }) => ({
      label,
      stroke: () => this.#colour(`hue-${hue}`),
      width: 1.5,
      points: { show: false },
    });
    return new Plot(
      {
        width: this.#box.clientWidth,
        height,
        padding: [6, 4, 4, 0],
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { time: false, range: () => [now() - seconds, now()] },
          y: { range: (_, __, most) => [0, most > 0 ? most * 1.15 : 1] },
        },
        series: [{}, ...series.map(line)],
        axes: [
          { show: false },
          {
            size: AXIS_WIDTH,
            space: 24,
            font: "11px system-ui, sans-serif",
            stroke: () => this.#colour("hint"),
            grid: { stroke: () => this.#colour("graph-line"), width: 1 },
            ticks: { show: false },
            values: (_, values) => values.map((value) => `${short(value)} ${unit}`),
          },
        ],
      },
      this.#data,
      this.#box,
    );
  }

  /**
   * What a class makes of `color`: canvas cannot read the page's variables.
   * @param {string} name
   * @returns {string}
   */
  #colour(name) {
    let colour = this.#colours.get(name);
    if (colour === undefined) {
      const probe = element("span", { className: name, hidden: true });
      this.#box.append(probe);
      colour = getComputedStyle(probe).color;
      this.#colours.set(name, colour);
      probe.remove();
    }
    return colour;
  }

  #describe() {
    const { label, unit, series } = this.#options;
    const latest = series.map(({ label: name }, index) => {
      const value = this.#data[index + 1].at(-1);
      return `${name} ${Number.isFinite(value) ? `${short(Number(value))} ${unit}` : "unknown"}`;
    });
    this.#box.ariaLabel = `${label}: ${latest.join(", ")}`;
  }

  #resize() {
    const width = this.#box.clientWidth;
    if (this.#plot && width) this.#plot.setSize({ width, height: this.#options.height });
    else this.#draw();
  }
}

/**
 * @param {Series[]} series
 * @returns {Columns}
 */
const columnsFor = (series) => [[], ...series.map(() => [])];

/** @param {number} value */
const short = (value) =>
  Math.abs(value) >= 10_000 ? `${Math.round(value / 1000)}k` : String(Math.round(value * 10) / 10);
