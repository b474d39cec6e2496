/** Where everything is at a moment of drawing: one's own where it will be, others where they were a tick ago. */

import { STARS, TICK_MS } from "./field.js";
import { find } from "./claims.js";
import { between } from "./playback.js";
import { standings, tailOwners } from "./standings.js";

/**
 * @import { Place } from "./field.js"
 * @import { World } from "./world.js"
 * @import { Standing } from "./standings.js"
 * @import { Session } from "./session.js"
 * @import { Moment } from "./playback.js"
 */

/** @typedef {Standing & Place & {tail: number[], progress: number}} ShownComet */

/**
 * `owner` is in whose tail it is, '' where in none.
 * @typedef {Place & {number: number, owner: string}} ShownStar
 */

/** @typedef {Place & {holder: string, at: Place | null}} Glide */

/** A star that changes hands glides to where its new owner has it, within about so many milliseconds. */
const GLIDE_MS = 120;

export class Shown {
  /** How far each star is still away from where it belongs, and whose it was. @type {Glide[]} */
  #glides = Array.from({ length: STARS }, () => ({ x: 0, y: 0, holder: "", at: null }));
  #last = 0;

  /**
   * @param {Session} session
   * @param {number} now in milliseconds
   * @param {number} ticked when this page's last tick was
   * @returns {{comets: ShownComet[], stars: ShownStar[]}}
   */
  at(session, now, ticked) {
    const { world } = session;
    const ahead = Math.min((now - ticked) / TICK_MS, 1);
    /** @type {Map<string, Moment | null>} */
    const moments = new Map([...session.playbacks].map(([id, playback]) => [id, playback.at(now)]));
    moments.set(world.id, { before: world.own, after: world.own, part: 1, ahead });
    const fade = Math.exp(-(now - this.#last) / GLIDE_MS);
    this.#last = now;
    const owners = tailOwners(world);
    return {
      comets: standings(world).flatMap((row) => comet(row, moments.get(row.id))),
      stars: Array.from({ length: STARS }, (_, number) => ({
        number,
        owner: owners[number],
        ...this.#star(world, number, moments, fade),
      })),
    };
  }

  /**
   * @param {World} world
   * @param {number} number
   * @param {Map<string, Moment | null>} moments
   * @param {number} fade
   * @returns {Place}
   */
  #star(world, number, moments, fade) {
    const holder = world.holdings[number]?.id ?? "";
    const glide = this.#glides[number];
    const target = place(world, number, moments.get(holder));
    if (glide.holder !== holder && glide.at)
      Object.assign(glide, { x: glide.at.x - target.x, y: glide.at.y - target.y });
    Object.assign(glide, { holder, x: glide.x * fade, y: glide.y * fade });
    const at = { x: target.x + glide.x, y: target.y + glide.y };
    glide.at = at;
    return at;
  }
}

/**
 * @param {Standing} row
 * @param {Moment | null | undefined} moment
 * @returns {ShownComet[]}
 */
function comet(row, moment) {
  if (!moment) return [];
  const { before, after, part, ahead } = moment;
  // Who has just sat down did not fly there.
  const isNew = before.seat !== after.seat;
  const at = between(moment, isNew ? null : before.comet, after.comet);
  const tail = after.tail.map(({ number }) => number);
  return [{ ...row, ...at, tail, progress: before.seq + part * (after.seq - before.seq) + ahead }];
}

/**
 * @param {World} world
 * @param {number} number
 * @param {Moment | null | undefined} moment
 * @returns {Place}
 */
function place(world, number, moment) {
  const after = moment && find(moment.after, number);
  return moment && after ? between(moment, find(moment.before, number), after) : world.star(number);
}
