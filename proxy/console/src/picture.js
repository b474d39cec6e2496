/**
 * The network as a picture: this proxy in the middle, the others on a ring around it, and the peers of one channel around
 * their proxies. The tables beside it say the same to the keyboard and to readers of the screen.
 */

import { Cluster } from "./cluster.js";
import { drawn, element, set, write } from "./element.js";
import { count, things } from "./format.js";
import { candidateLabel, linkLabel } from "./labels.js";
import { reasonOf } from "./reasons.js";
import { Ring } from "./ring.js";

/** @import { Point } from "./cluster.js" */
/** @import { Model } from "./model.js" */
/** @import { CandidateRow, LinkRow } from "./rows.js" */

/** Room beside the ring, with names and without. */
const MARGIN = { x: 66, y: 40 };
const NARROW_MARGIN = 18;
const OWN_RADIUS = 24;
const PEER_RADIUS = 5;
/** What is wrong is seen among many. */
const FAULT_RADIUS = 5;
/** As many peers are drawn; the others are counted. */
const PEERS_AT_MOST = 60;
/** Only large ones have room for their names, and for a count in them. */
const RADII = [
  { upTo: 10, radius: 15 },
  { upTo: 24, radius: 10 },
  { upTo: 60, radius: 6 },
  { upTo: Number.POSITIVE_INFINITY, radius: 3 },
];
const NAMED_FROM = 15;
const COUNTED_FROM = 10;
const NAME_LENGTH = 21;

/** A proxy that is drawn. @typedef {{id: string, label: string, state: string, channels: number, title: string}} Dot */

/** What is drawn of a proxy. @typedef {{line: SVGElement, group: SVGElement, circle: SVGElement, title: SVGElement, name: SVGElement, count: SVGElement}} Drawn */

export class Picture {
  #svg = drawn("svg", { role: "img", class: "picture" });
  #lines = drawn("g");
  #proxies = drawn("g");
  #peers = drawn("g");
  #own = drawn("g", { class: "own" });
  #ownCircle = drawn("circle", { r: OWN_RADIUS });
  #ownCount = drawn("text", { class: "count" });
  #ownName = drawn("text", { class: "name" });
  /** @type {Point} */
  #middle = { x: 0, y: 0 };
  #caption = element("p", { className: "caption" });
  #ring = new Ring();
  #cluster = new Cluster();
  /** @type {Map<string, Drawn>} */
  #shown = new Map();
  /** @type {Map<string, SVGElement>} */
  #circles = new Map();
  #key = "";
  /** @type {Model | null} */
  #model = null;

  constructor() {
    this.#ownName.textContent = "this proxy";
    this.#own.append(this.#ownCircle, this.#ownCount, this.#ownName);
    this.#svg.append(this.#lines, this.#proxies, this.#own, this.#peers);
    this.element = element("div", { className: "drawing" }, this.#svg, this.#caption);
    new ResizeObserver(() => this.#measure()).observe(this.#svg);
  }

  /** The picture is as large as its place, so that text is as large as elsewhere. */
  #measure() {
    const { clientWidth: width, clientHeight: height } = this.#svg;
    const [x, y] = [Math.round(width / 2), Math.round(height / 2)];
    this.#middle = { x, y };
    set(this.#ownCircle, { cx: x, cy: y });
    set(this.#ownCount, { x, y: y + 5 });
    set(this.#ownName, { x, y: y + OWN_RADIUS + 14 });
    if (this.#model) this.show(this.#model);
  }

  /** @param {Model} model */
  show(model) {
    this.#model = model;
    if (this.#middle.x === 0) return;
    const dots = [...[...model.links.values()].map(ofLink), ...[...model.candidates.values()].map(ofCandidate)];
    const byId = new Map(dots.reverse().map((dot) => [dot.id, dot]));
    const angles = this.#ring.place([...byId.keys()]);
    const radius = RADII.find(({ upTo }) => byId.size <= upTo)?.radius ?? 3;
    const margin = radius < NAMED_FROM ? { x: NARROW_MARGIN, y: NARROW_MARGIN } : MARGIN;
    this.#svg.classList.toggle("dense", radius < COUNTED_FROM);
    /** @type {Map<string, Point>} */
    const places = new Map([...angles].map(([id, angle]) => [id, this.#at(angle, margin)]));
    this.#forget(byId);
    for (const [id, place] of places) this.#draw(/** @type {Dot} */ (byId.get(id)), place, radius);
    const own = String(model.proxy?.channels.now ?? 0);
    if (this.#ownCount.textContent !== own) this.#ownCount.textContent = own;
    this.#showPeers(model, places, radius);
    this.#describe(model, byId);
  }

  /**
   * @param {number} angle
   * @param {Point} margin
   * @returns {Point}
   */
  #at(angle, margin) {
    const { x, y } = this.#middle;
    return { x: round(x + Math.cos(angle) * (x - margin.x)), y: round(y + Math.sin(angle) * (y - margin.y)) };
  }

  /** @param {Map<string, Dot>} kept */
  #forget(kept) {
    for (const [id, { line, group }] of this.#shown) {
      if (kept.has(id)) continue;
      line.remove();
      group.remove();
      this.#shown.delete(id);
    }
  }

  /**
   * @param {Dot} dot
   * @param {Point} place
   * @param {number} radius
   */
  #draw(dot, { x, y }, radius) {
    const { line, group, circle, title, name, count: channels } = this.#shown.get(dot.id) ?? this.#add(dot.id);
    set(line, { x1: this.#middle.x, y1: this.#middle.y, x2: x, y2: y, class: `line ${dot.state}` });
    set(group, { class: `proxy ${dot.state}` });
    set(circle, { cx: x, cy: y, r: dot.state === "fault" ? Math.max(radius, FAULT_RADIUS) : radius });
    set(name, { x, y: y > this.#middle.y + 1 ? y + radius + 13 : y - radius - 6 });
    set(channels, { x, y: y + 4 });
    const isNamed = radius >= NAMED_FROM;
    write(title, dot.title);
    write(name, isNamed ? cropped(dot.label) : "");
    write(channels, radius >= COUNTED_FROM && dot.state === "ready" ? String(dot.channels) : "");
  }

  /** @param {string} id */
  #add(id) {
    const parts = {
      line: drawn("line"),
      group: drawn("g"),
      circle: drawn("circle"),
      title: drawn("title"),
      name: drawn("text", { class: "name" }),
      count: drawn("text", { class: "count" }),
    };
    parts.group.append(parts.title, parts.circle, parts.name, parts.count);
    this.#lines.append(parts.line);
    this.#proxies.append(parts.group);
    this.#shown.set(id, parts);
    return parts;
  }

  /**
   * @param {Model} model
   * @param {Map<string, Point>} places
   * @param {number} radius
   */
  #showPeers(model, places, radius) {
    const all = [...model.peers.values()].filter(({ channel }) => channel === model.chosen);
    // Those that are drawn stay so, whoever comes.
    const drawnFirst = [...all].sort(
      (one, other) => Number(this.#circles.has(other.id)) - Number(this.#circles.has(one.id)),
    );
    const peers = drawnFirst.slice(0, PEERS_AT_MOST);
    const homes = peers.map(({ id, proxy }) => ({ id, home: (proxy && places.get(proxy)) || this.#middle }));
    const key = JSON.stringify([homes, [...places.values()]]);
    if (key === this.#key) return;
    this.#key = key;
    const others = [...places.values()].map((place) => ({ ...place, radius }));
    const points = this.#cluster.place(homes, [{ ...this.#middle, radius: OWN_RADIUS }, ...others], PEER_RADIUS);
    for (const [id, circle] of this.#circles) {
      if (points.has(id)) continue;
      circle.remove();
      this.#circles.delete(id);
    }
    for (const [id, { x, y }] of points) {
      const circle = this.#circles.get(id) ?? drawn("circle", { class: "peer", r: PEER_RADIUS });
      if (!this.#circles.has(id)) this.#peers.append(circle);
      this.#circles.set(id, circle);
      set(circle, { cx: x.toFixed(1), cy: y.toFixed(1) });
    }
  }

  /**
   * @param {Model} model
   * @param {Map<string, Dot>} dots
   */
  #describe(model, dots) {
    const linked = [...dots.values()].filter(({ state }) => state === "ready").length;
    const others = dots.size - linked;
    const parts = [`this proxy in the middle, ${things(linked, "linked proxy", "linked proxies")} around it`];
    if (others) parts.push(`${count(others)} not linked`);
    const channel = model.chosen === null ? undefined : model.channels.get(model.chosen);
    const peers = channel ? channel.structured + channel.raw + channel.elsewhere : 0;
    const hidden = peers - this.#circles.size;
    if (channel) parts.push(`${things(peers, "peer")} of the chosen channel around their proxies`);
    set(this.#svg, { "aria-label": `The network: ${parts.join(", ")}` });
    const more = channel && hidden > 0 ? ` ${count(hidden)} more peers are not drawn.` : "";
    write(this.#caption, `Numbers count channels: here, and shared with each proxy.${more}`);
  }
}

/** @param {LinkRow} link @returns {Dot} */
function ofLink(link) {
  const label = linkLabel(link);
  const about =
    link.state === "ready" ? `${things(link.channels, "shared channel")}, ${things(link.peers, "peer")}` : link.state;
  return { id: link.id, label, state: link.state, channels: link.channels, title: `${label}: ${about}` };
}

/** @param {CandidateRow} candidate @returns {Dot} */
function ofCandidate(candidate) {
  const label = candidateLabel(candidate);
  const { means } = reasonOf(candidate);
  return {
    id: candidate.id,
    label,
    state: candidate.is_fault ? "fault" : "waiting",
    channels: 0,
    title: `${label} ${means}`,
  };
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}

/** @param {string} text */
function cropped(text) {
  return text.length > NAME_LENGTH ? `${text.slice(0, NAME_LENGTH - 1)}…` : text;
}
