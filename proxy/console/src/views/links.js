/** The table of links. */

import { drawn, element, set } from "../element.js";
import { byteRate, bytes, count, roundTrip, span } from "../format.js";
import { familyLabel, kindLabel, linkLabel, stateLabel } from "../labels.js";
import { Table } from "../table.js";

/** @import { Column } from "../table.js" */
/** @import { LinkRow } from "../rows.js" */
/** @import { Model } from "../model.js" */

const WIDTH = 48;
const HEIGHT = 16;

/**
 * @param {Model} model
 * @returns {Table<LinkRow>}
 */
export function linksTable(model) {
  /** @param {LinkRow} link */
  const [incoming, outgoing] = [0, 1].map(
    (way) =>
      (/** @type {LinkRow} */ { id }) =>
        model.linkRates.rates(id)[way],
  );
  /** @type {Column<LinkRow>[]} */
  const columns = [
    { title: "Proxy", name: "key", text: linkLabel, sort: linkLabel },
    { title: "State", name: "state", text: state, sort: state },
    { title: "Found", text: kindLabel, sort: kindLabel },
    { title: "Family", text: familyLabel, sort: familyLabel },
    { title: "Round trip", name: "trip", fill: fillTrip, sort: ({ round_trip_ms: last }) => last },
    { title: "Age", name: "number", text: ({ since }) => span(Date.now() - since), sort: ({ since }) => -since },
    { title: "In", name: "number", text: (link) => byteRate(incoming(link)), sort: incoming },
    { title: "Out", name: "number", text: (link) => byteRate(outgoing(link)), sort: outgoing },
    { title: "Peers", name: "number", text: ({ peers }) => count(peers), sort: ({ peers }) => peers },
  ];
  return new Table({
    label: "Links to other proxies",
    columns,
    limit: 50,
    empty: "No other proxy is linked.",
    mark: ({ state, lagging_since: lag, held_channels: held }) => (lag || held ? "slow" : state),
  });
}

/** @param {LinkRow} link */
function state(link) {
  const { lagging_since: lag, held_channels: held, waiting_bytes: waiting } = link;
  if (lag) return `slow: ${bytes(waiting)} wait`;
  if (held) return `held: ${count(held)} ${held === 1 ? "channel" : "channels"}`;
  return stateLabel(link);
}

/**
 * The last round trip, and those of about the last minute as a line.
 * @param {HTMLElement} cell
 */
function fillTrip(cell) {
  const text = element("span");
  const line = drawn("polyline");
  const chart = drawn("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    width: WIDTH,
    height: HEIGHT,
    class: "spark",
    "aria-hidden": "true",
  });
  chart.append(line);
  cell.append(chart, text);
  /** @param {LinkRow} link */
  return ({ round_trip_ms: last, round_trips_ms: trips }) => {
    const words = roundTrip(last);
    if (text.textContent !== words) text.textContent = words;
    set(line, { points: points(trips) });
  };
}

/** @param {number[]} values */
function points(values) {
  const most = Math.max(...values) * 1.1 || 1;
  const step = WIDTH / Math.max(values.length - 1, 1);
  return values
    .map((value, index) => `${(index * step).toFixed(1)},${((1 - value / most) * HEIGHT).toFixed(1)}`)
    .join(" ");
}
