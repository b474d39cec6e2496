/** The game on two machines without a way out: all see the same, also when a machine's browser is killed. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Lan } from "../browser/lan.mjs";
import { picture } from "../browser/world.mjs";
import { holds, join as joinAt, news, pilot, sees, world } from "./game-pilot.mjs";
import { end } from "./visit.mjs";

/** @import { Page } from "playwright-core" */

const GAME = "http://localhost:9009/demo/game/";
/** @type {Lan} */
let lan;

before(async () => {
  lan = await Lan.start(2);
});
after(() => lan?.stop());

/**
 * @param {number} machine
 * @param {string} name
 */
const join = (machine, name) =>
  joinAt(lan.browsers[machine], GAME, name, "machines", { viewport: { width: 800, height: 560 } });

test("players of two machines see the same, and what a killed one leaves stays in the game", async () => {
  const [ann, bob, cleo] = [await join(0, "Ann"), await join(1, "Bob"), await join(1, "Cleo")];
  for (const page of [ann, bob, cleo]) await sees(page, 3);
  await pilot(bob, "sky");
  await holds(bob, ({ play }) => play.session.world.own.tail.length >= 2);
  for (const page of [ann, cleo]) await holds(page, ({ play }) => play.session.views.agreed > 12);
  await pilot(bob, "none");
  const ids = await Promise.all([bob, cleo].map(async (page) => (await world(page)).id));
  await holds(ann, ({ play }, id) => (play.session.world.claimsOf(id)?.tail.length ?? 0) >= 2, ids[0]);
  await picture(ann, "game-lan");
  for (const page of [ann, bob, cleo]) assert.equal((await world(page)).differed, 0);
  assert.deepEqual(ann.faults, []);
  await kill(bob);
  for (const page of [ann, cleo]) {
    await news(page, /Bob has gone and left \d+ stars? in the sky/).waitFor();
    await sees(page, 2);
    await holds(
      page,
      ({ play }, gone) => play.session.world.holdings.every((holding) => holding && holding.id !== gone),
      ids[0],
    );
  }
  const late = await join(0, "Dora");
  for (const page of [ann, cleo, late]) await sees(page, 3);
  for (const page of [ann, cleo, late]) {
    await holds(page, ({ play }) => play.session.views.agreed > 6);
    assert.equal((await world(page)).differed, 0);
  }
  await end(ann, cleo, late);
});

/**
 * Ends a page's process without a word.
 * @param {Page} page
 */
async function kill(page) {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  session.send("Page.crash").catch(() => {});
  await crashed;
}
