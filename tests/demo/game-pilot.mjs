/** The game as a person plays it, and what a test wants to know of it. */

import { enter } from "./visit.mjs";

/**
 * @import { Browser, BrowserContextOptions, JSHandle, Page } from "playwright-core"
 * @import { Play } from "../../demo/game/play.js"
 * @import { Holding } from "../../demo/game/world.js"
 * @import { Session } from "../../demo/game/session.js"
 * @import { Tab } from "../browser/world.mjs"
 */

/** How often a page is asked whether something holds, in milliseconds: also one that draws nothing. */
const ASK_EVERY_MS = 50;

/** The module of a page that plays. @typedef {{play: Play & {session: Session}}} Game */

/** @typedef {Tab & {game: JSHandle<Game>}} Player */

/**
 * Opens the game and joins. `game` of the page is its module.
 * @param {Browser} browser
 * @param {string} address
 * @param {string} name
 * @param {string} channel
 * @param {BrowserContextOptions} [options]
 * @returns {Promise<Player>}
 */
export async function join(browser, address, name, channel, options) {
  const page = await enter(browser, address, name, channel, options);
  const game = await page.evaluateHandle(
    /** @returns {Promise<Game>} */ () => import(document.querySelector("script")?.src ?? ""),
  );
  const player = Object.assign(page, { game });
  await holds(player, ({ play }) => (play?.session?.world.own.seq ?? 0) > 0, null);
  return player;
}

/**
 * Waits until `condition` of the game's module and `about` is true in the page.
 * @template [About=null]
 * @param {Player} page
 * @param {(game: Game, about: About) => unknown} condition
 * @param {About} [about]
 */
export const holds = (page, condition, about) =>
  page.waitForFunction(
    // The function travels as a text, and takes one argument.
    /** @type {(both: unknown) => unknown} */ (new Function("both", `return (${condition})(...both)`)),
    [page.game, about],
    {
      polling: ASK_EVERY_MS,
    },
  );

/** @param {Page} page */
export const score = (page) => page.getByRole("list", { name: "Stars" }).getByRole("listitem");
/**
 * @param {Page} page
 * @param {string | RegExp} text
 */
export const news = (page, text) =>
  page.getByRole("log", { name: "News" }).getByRole("listitem").filter({ hasText: text });

/**
 * What a page knows.
 * @param {Player} page
 */
export const world = (page) =>
  page.game.evaluate(({ play }) => {
    if (!play?.session) throw new Error("Nobody plays here.");
    const { world: known, views } = play.session;
    return {
      id: known.id,
      seq: known.own.seq,
      seat: known.own.seat,
      tail: known.own.tail.map(({ number }) => number),
      comet: known.own.comet,
      holders: known.holdings.map((holding) => (holding ? `${holding.id} ${holding.epoch}` : "")),
      players: [...known.players].sort(([one], [other]) => one - other),
      agreed: views.agreed,
      differed: views.differed,
    };
  });

/**
 * Waits until the person sees so many players.
 * @param {Player} page
 * @param {number} count
 */
export async function sees(page, count) {
  await holds(page, ({ play }, wanted) => play?.session?.world.players.size === wanted, count);
}

/**
 * Flies by keys towards the nearest of some stars, until it is told otherwise.
 * @param {"sky" | "tails" | "all" | "none"} goal which stars
 * @param {Player} page
 */
export const pilot = (page, goal) =>
  page.game.evaluate((game, wanted) => {
    /** @type {Record<string, [x: number, y: number]>} */
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    /** @type {Set<string>} */
    const down = new Set();
    /**
     * @param {string} code
     * @param {boolean} isDown
     */
    const press = (code, isDown) => {
      if (down.has(code) === isDown) return;
      if (isDown) down.add(code);
      else down.delete(code);
      dispatchEvent(new KeyboardEvent(isDown ? "keydown" : "keyup", { code }));
    };
    /** @param {Session} session */
    const target = (session) => {
      const { comet } = session.world.own;
      const held = session.world.holdings.filter((holding) => holding !== undefined);
      const stars = held.filter(
        (holding) =>
          (wanted !== "sky" || !holding.inTail) &&
          (wanted !== "tails" || holding.inTail) &&
          !(holding.inTail && holding.id === session.world.id),
      );
      /** @param {Holding} holding */
      const distance = ({ star }) => Math.hypot(star.x - comet.x, star.y - comet.y);
      return stars.sort((one, other) => distance(one) - distance(other))[0]?.star;
    };
    const steer = () => {
      const session = game.play?.session;
      const star = wanted === "none" || !session ? null : target(session);
      const comet = session?.world.own.comet;
      const away = star && comet ? [star.x - comet.x, star.y - comet.y] : [0, 0];
      for (const [code, way] of Object.entries(ways)) press(code, way[0] * away[0] + way[1] * away[1] > 160);
    };
    window.letGo?.();
    steer();
    const beat = setInterval(steer, 50);
    window.letGo = () => {
      clearInterval(beat);
      for (const code of [...down]) press(code, false);
    };
  }, goal);
