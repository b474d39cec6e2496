/**
 * Where the peers of a channel stand around their proxies. A newcomer finds its place by force, among others who keep
 * theirs.
 */

import { forceCollide, forceSimulation, forceX, forceY } from "d3-force";

/** @import { SimulationNodeDatum } from "d3-force" */

/** @typedef {{x: number, y: number}} Point */

/** @typedef {Point & {radius: number}} Disc */

/** @typedef {SimulationNodeDatum & {id: string, home: Point, radius: number}} Node */

const STEPS = 90;
const PULL = 0.35;
/** The golden angle: so newcomers of one proxy begin in different directions. */
const NEXT = 2.4;

export class Cluster {
  /** @type {Map<string, Node>} */
  #nodes = new Map();
  #begun = 0;

  /**
   * @param {{id: string, home: Point}[]} peers
   * @param {Disc[]} proxies around which there is no room
   * @param {number} radius of a peer
   * @returns {Map<string, Point>}
   */
  place(peers, proxies, radius) {
    const wanted = new Set(peers.map(({ id }) => id));
    for (const id of this.#nodes.keys()) if (!wanted.has(id)) this.#nodes.delete(id);
    for (const node of this.#nodes.values()) Object.assign(node, { fx: node.x, fy: node.y });
    const newcomers = peers.filter((peer) => !this.#stays(peer));
    for (const peer of newcomers) this.#nodes.set(peer.id, this.#begin(peer, radius));
    if (newcomers.length) this.#settle(proxies);
    return new Map([...this.#nodes].map(([id, { x = 0, y = 0 }]) => [id, { x, y }]));
  }

  clear() {
    this.#nodes.clear();
  }

  /**
   * Gives whether a peer has its place around a proxy that has not moved.
   * @param {{id: string, home: Point}} peer
   */
  #stays({ id, home }) {
    const node = this.#nodes.get(id);
    return node !== undefined && node.home.x === home.x && node.home.y === home.y;
  }

  /**
   * @param {{id: string, home: Point}} peer
   * @param {number} radius
   * @returns {Node}
   */
  #begin({ id, home }, radius) {
    this.#begun += 1;
    const angle = this.#begun * NEXT;
    const far = radius * 4;
    return { id, home, radius, x: home.x + Math.cos(angle) * far, y: home.y + Math.sin(angle) * far };
  }

  /** @param {Disc[]} proxies */
  #settle(proxies) {
    const fixed = proxies.map(({ radius, ...home }) => ({ id: "", home, radius, fx: home.x, fy: home.y }));
    /** @type {Node[]} */
    const nodes = [...this.#nodes.values(), ...fixed];
    forceSimulation(nodes)
      .force("x", forceX((/** @type {Node} */ node) => node.home.x).strength(PULL))
      .force("y", forceY((/** @type {Node} */ node) => node.home.y).strength(PULL))
      .force("apart", forceCollide((/** @type {Node} */ node) => node.radius + 1).iterations(3))
      .stop()
      .tick(STEPS);
  }
}
