/** What the game reaches: eight players on two machines while pages are killed, and from a key to the picture elsewhere. */

import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";

import { within } from "../../browser/deadline.mjs";
import { Lan } from "../../browser/lan.mjs";
import { NwsProxy } from "../../browser/proxy.mjs";
import { launch, tab } from "../../browser/world.mjs";
import { holds, join, pilot, sees, world } from "../game-pilot.mjs";

/**
 * @import { Browser } from "playwright-core"
 * @import { Game, Player } from "../game-pilot.mjs"
 */

/** As many as can play, and half of that: eight pages are more work than two cores can do. */
const PLAYERS = [4, 8];
const KILLS = 6;
const KILL_EVERY_MS = 10_000;
/** After a kill all have to agree again within so long. */
const AGREE_MS = 2000;
const KEYS = 40;
/** Short, so that the comet is soon at rest again. */
const TAP_MS = 70;
/** Eight windows on one screen are small. */
const VIEWPORT = { width: 640, height: 420 };
const LAN_GAME = "http://localhost:9009/demo/game/";

const { json } = parseArgs({ options: { json: { type: "boolean" } } }).values;
/**
 * A figure, as the judge of benchmarks reads it.
 * @typedef {{what: string, measured: number, unit: string, at_most?: number}} Figure
 */

/**
 * What was seen in one run.
 * @typedef {{worst: number[], entries: number[], agreeing: number[], differed: number}} Run
 */

/** @type {Figure[]} */
const figures = [];

await onOneMachine();
await onTwoMachines();
if (json) console.log(JSON.stringify(figures, null, 2));
else console.table(figures);

async function onOneMachine() {
  const proxy = await NwsProxy.start();
  const browsers = [await launch(), await launch()];
  try {
    const at = `${proxy.http}/demo/game/`;
    await keys(
      "one machine",
      await Promise.all(browsers.map((browser, number) => enter(browser, at, `Player ${number}`))),
      100,
    );
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    await proxy.stop();
  }
}

async function onTwoMachines() {
  const lan = await Lan.start(2);
  try {
    const pair = await Promise.all(lan.browsers.map((browser, number) => enter(browser, LAN_GAME, `Player ${number}`)));
    await keys("two machines", pair, 120);
    await Promise.all(pair.map((page) => page.context().close()));
    for (const players of PLAYERS) await kills(lan, players);
  } finally {
    await lan.stop();
  }
}

/**
 * @param {Browser} browser
 * @param {string} at
 * @param {string} name
 */
function enter(browser, at, name) {
  return join(browser, at, name, "bench", { viewport: VIEWPORT });
}

/**
 * Presses keys in one page, and takes the time until the other has drawn the comet elsewhere.
 * @param {string} where
 * @param {Player[]} pages
 * @param {number} most
 */
async function keys(where, [one, other], most) {
  await Promise.all([one, other].map((page) => sees(page, 2)));
  const { id } = await world(one);
  /** @type {number[]} */
  const times = [];
  for (let press = 0; press < KEYS; press += 1) {
    // At rest, so that the first step is seen as one.
    await holds(one, ({ play }) => play.session.world.own.comet.vx === 0 && play.session.world.own.comet.vy === 0);
    const moved = other.game.evaluate(watchMove, id);
    await other.evaluate(() => window.watching);
    // A key does not wait for what a page is asked to do before it.
    await one.evaluate(() => {
      window.pressed = new Promise((resolve) => {
        addEventListener("keydown", ({ timeStamp }) => resolve(performance.timeOrigin + timeStamp), {
          once: true,
        });
      });
    });
    await one.keyboard.press(press % 2 ? "ArrowLeft" : "ArrowRight", { delay: TAP_MS });
    const time = (await within("the picture after a key", moved)) - (await one.evaluate(() => window.pressed));
    times.push(time);
    console.error(`key ${press + 1} on ${where}: ${time.toFixed(1)} ms`);
  }
  times.sort((before, after) => before - after);
  figure(`key to picture on ${where}, p50`, times[Math.floor(KEYS / 2)], "ms", {});
  figure(`key to picture on ${where}, p95`, times[Math.ceil(KEYS * 0.95) - 1], "ms", { at_most: most });
}

/**
 * In the page: when a comet is first drawn elsewhere than it has rested.
 * @param {Game} game
 * @param {string} id
 * @returns {Promise<number>}
 */
function watchMove(game, id) {
  const place = () => game.play.drawn.find((comet) => comet.id === id);
  return new Promise((resolve) => {
    /** @type {{x: number, y: number} | null} */
    let rest = null;
    let still = 0;
    window.watching = new Promise((ready) => {
      const look = () => {
        const { x, y } = place() ?? { x: 0, y: 0 };
        const hasMoved = rest && (x !== rest.x || y !== rest.y);
        if (hasMoved && still > 3) return resolve(performance.timeOrigin + performance.now());
        still = hasMoved ? 0 : still + 1;
        rest = { x, y };
        if (still > 3) ready();
        return requestAnimationFrame(look);
      };
      look();
    });
  });
}

/**
 * @param {Lan} lan
 * @param {number} players
 */
async function kills(lan, players) {
  /** @type {Player[]} */
  const all = [];
  for (let number = 0; number < players + KILLS; number += 1)
    all.push(await visitor(lan, number, `kills-of-${players}`));
  let pages = all.slice(0, players);
  for (const page of pages) await enterGame(page);
  for (const page of pages) await sees(page, players);
  for (const page of pages) await pilot(page, "all");
  // Who starts is busy starting: the run begins now.
  await Promise.all(
    pages.map((page) => page.game.evaluate(({ play }) => Object.assign(play.pauses, { worst: 0 }).forget())),
  );
  /** @type {Run} */
  const seen = { worst: [], entries: [], agreeing: [], differed: 0 };
  for (let kill = 0; kill < KILLS; kill += 1) {
    const next = setTimeout(KILL_EVERY_MS);
    pages = await killOne(pages, kill, seen);
    const newcomer = all[players + kill];
    const entered = await enterGame(newcomer);
    pages.push(newcomer);
    seen.entries.push(entered);
    await pilot(newcomer, "all");
    console.error(
      `kill ${kill + 1}: all agree after ${seen.agreeing.at(-1)} ms, a newcomer plays after ${Math.round(entered)} ms`,
    );
    await next;
  }
  for (const page of pages) seen.worst.push(await page.game.evaluate(({ play }) => play.pauses.worst));
  for (const page of pages) seen.differed += (await world(page)).differed;
  figure(`${players} players: views that differed`, seen.differed, "views", { at_most: 0 });
  figure(`${players} players: state hashes equal after a kill, at most`, Math.max(...seen.agreeing), "ms", {
    at_most: AGREE_MS,
  });
  figure(`${players} players: one stands still on another’s screen, at most`, Math.max(...seen.worst), "ms", {
    at_most: 300,
  });
  figure(`${players} players: a newcomer plays after its open, at most`, Math.max(...seen.entries), "ms", {
    at_most: 1000,
  });
  await Promise.all(pages.map((page) => page.context().close()));
}

/**
 * Ends a renderer without a word, every other time that of the lowest id, and waits until the
 * others are of one mind.
 * @param {Player[]} pages
 * @param {number} kill
 * @param {Run} seen
 */
async function killOne(pages, kill, seen) {
  const ids = await Promise.all(pages.map(async (page) => (await world(page)).id));
  const place = kill % 2 ? kill % pages.length : ids.indexOf(ids.toSorted()[0]);
  const victim = pages[place];
  seen.worst.push(await victim.game.evaluate(({ play }) => play.pauses.worst));
  seen.differed += (await world(victim)).differed;
  const session = await victim.context().newCDPSession(victim);
  const crashed = victim.waitForEvent("crash");
  session.send("Page.crash").catch(() => {});
  await crashed;
  const killed = performance.now();
  const others = pages.filter((page) => page !== victim);
  await agree(others, ids[place]);
  seen.agreeing.push(Math.round(performance.now() - killed));
  await victim.context().close();
  return others;
}

/**
 * Until all have the same digests of all players, of ticks after the kill, and no star belongs to
 * the one who has gone.
 * @param {Player[]} pages
 * @param {string} gone
 */
async function agree(pages, gone) {
  const [first, ...others] = pages;
  const begun = await first.game.evaluate(({ play }) => play.session.views.latest());
  const isNew = { gone, old: begun.map(({ id, seq }) => ({ owner: id, seq })) };
  await Promise.all(
    pages.map((page) =>
      holds(
        page,
        ({ play }, id) =>
          play.session.world.claimsOf(id) === undefined &&
          play.session.world.holdings.every((holding) => holding && holding.id !== id),
        gone,
      ),
    ),
  );
  await holds(
    first,
    ({ play }, { gone: id, old }) => {
      const latest = play.session.views.latest();
      return (
        latest.every((view) => view.id !== id) &&
        old.every(({ owner, seq }) => owner === id || latest.some((view) => view.id === owner && view.seq > seq))
      );
    },
    isNew,
  );
  const views = await first.game.evaluate(({ play }) => play.session.views.latest());
  await Promise.all(
    others.map((page) =>
      holds(
        page,
        ({ play }, wanted) => wanted.every(({ id, seq, digest }) => play.session.views.digestOf(id, seq) === digest),
        views,
      ),
    ),
  );
}

/**
 * A page with its name and channel filled in: browsers are started before the run.
 * @param {Lan} lan
 * @param {number} number
 * @param {string} channel
 * @returns {Promise<Player>}
 */
async function visitor(lan, number, channel) {
  const page = await tab(lan.browsers[number % lan.browsers.length], { viewport: VIEWPORT });
  await page.goto(LAN_GAME);
  const game = await page.evaluateHandle(
    /** @returns {Promise<Game>} */ () => import(document.querySelector("script")?.src ?? ""),
  );
  await page.getByLabel("Your name").fill(`Player ${number}`);
  await page.getByLabel("Channel name").fill(channel);
  return Object.assign(page, { game });
}

/**
 * Joins.
 * @param {Player} page
 * @returns {Promise<number>} how long after the `open` of its socket it has a seat, in milliseconds
 */
async function enterGame(page) {
  const entered = page.game.evaluate(
    /** @returns {Promise<number>} */ (game) =>
      new Promise((resolve) => {
        let opened = 0;
        const look = setInterval(() => {
          const session = game.play?.session;
          if (session) opened ||= performance.now();
          if (!session || session.world.own.seat >= 8) return;
          clearInterval(look);
          resolve(performance.now() - opened);
        });
      }),
  );
  await page.getByRole("button", { name: "Join", exact: true }).click();
  return entered;
}

/**
 * @param {string} what
 * @param {number} measured
 * @param {string} unit
 * @param {{at_most?: number}} bound
 */
function figure(what, measured, unit, bound) {
  console.error(`${what}: ${measured.toFixed(1)} ${unit}`);
  figures.push({ what, measured: Number(measured.toFixed(1)), unit, ...bound });
}
