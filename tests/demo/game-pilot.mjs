/** The game as a person plays it, and what a test wants to know of it. */

import { enter } from "./visit.mjs";

/** How often a page is asked whether something holds, in milliseconds: also one that draws nothing. */
const ASK_EVERY_MS = 50;

/** Opens the game and joins. `game` of the page is its module. */
export async function join(browser, address, name, channel, options) {
  const page = await enter(browser, address, name, channel, options);
  page.game = await page.evaluateHandle(() => import(document.querySelector("script[type=module]").src));
  await holds(page, ({ play }) => play?.session?.world.own.seq > 0);
  return page;
}

/** Waits until `condition` of the game's module and `about` is true in the page. */
export const holds = (page, condition, about) =>
  page.waitForFunction(new Function("both", `return (${condition})(...both)`), [page.game, about], {
    polling: ASK_EVERY_MS,
  });

export const score = (page) => page.getByRole("list", { name: "Stars" }).getByRole("listitem");
export const news = (page, text) =>
  page.getByRole("log", { name: "News" }).getByRole("listitem").filter({ hasText: text });

/** What a page knows. */
export const world = (page) =>
  page.game.evaluate(({ play }) => {
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

/** Waits until the person sees so many players. */
export async function sees(page, count) {
  await holds(page, ({ play }, wanted) => play.session.world.players.size === wanted, count);
}

/**
 * Flies by keys towards the nearest of some stars, until it is told otherwise.
 * @param {'sky' | 'tails' | 'all' | 'none'} goal which stars
 */
export const pilot = (page, goal) =>
  page.game.evaluate((game, wanted) => {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const down = new Set();
    const press = (code, isDown) => {
      if (down.has(code) === isDown) return;
      if (isDown) down.add(code);
      else down.delete(code);
      dispatchEvent(new KeyboardEvent(isDown ? "keydown" : "keyup", { code }));
    };
    const target = (session) => {
      const { comet } = session.world.own;
      const stars = session.world.holdings.filter(
        (holding) =>
          holding &&
          (wanted !== "sky" || !holding.inTail) &&
          (wanted !== "tails" || holding.inTail) &&
          !(holding.inTail && holding.id === session.world.id),
      );
      const distance = ({ star }) => Math.hypot(star.x - comet.x, star.y - comet.y);
      return stars.sort((one, other) => distance(one) - distance(other))[0]?.star;
    };
    const steer = () => {
      const session = game.play?.session;
      const star = wanted === "none" || !session ? null : target(session);
      const away = star ? [star.x - session.world.own.comet.x, star.y - session.world.own.comet.y] : [0, 0];
      for (const [code, way] of Object.entries(ways)) press(code, way[0] * away[0] + way[1] * away[1] > 160);
    };
    game.play.session.letGo?.();
    steer();
    const beat = setInterval(steer, 50);
    game.play.session.letGo = () => {
      clearInterval(beat);
      for (const code of [...down]) press(code, false);
    };
  }, goal);
