/** What shares the channel with players and is none, or plays foul: shown as what it is, and unable to stop a page. */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { picture, world as started } from "../browser/world.mjs";
import { encodeClaims, encodeSnapshot, encodeViews } from "../../demo/game/wire.js";
import { dice } from "./game-net.mjs";
import { holds, join as joinAt, pilot, score, sees, world } from "./game-pilot.mjs";
import { Robot } from "./game-robot.mjs";
import { end } from "./visit.mjs";

/**
 * @import { Page } from "playwright-core"
 * @import { Player } from "./game-pilot.mjs"
 * @import { Claims } from "../../demo/game/claims.js"
 */

const here = started();
afterEach(() => Promise.all(here.browser.contexts().map((context) => context.close())));

/**
 * @param {string} name
 * @param {string} channel
 */
const join = (name, channel) => joinAt(here.browser, `${here.proxy.http}/demo/game/`, name, channel);
/**
 * @param {Player} page
 * @param {number} count
 */
const ticks = async (page, count) => {
  const { seq } = await world(page);
  await holds(page, ({ play }, until) => play.session.world.own.seq >= until, seq + count);
};

test("programs and pages of other demos are counted, not followed", async () => {
  const ann = await join("Ann", "others");
  const mute = await Robot.mute(here.proxy, "others");
  for (const hello of [
    '{"type":"hello","demo":"pubsub","nick":"Paul","here":1}',
    '{"type":"hello","nick":"Older","here":1}',
    '{"type":"hello","demo":"game","nick":"","here":1}',
    '{"type":"hello","demo":"game"}',
  ])
    mute.say(hello);
  mute.shout(encodeClaims(await claims(ann, { seq: 5 })));
  await ann.getByText("1 peer is in this channel, but not in the game.").waitFor();
  await ticks(ann, 10);
  assert.equal((await world(ann)).players.length, 1);
  await mute.leave();
  await end(ann);
});

test("noise of every kind leaves the game as it was", async () => {
  const [ann, bob] = [await join("Ann", "noise"), await join("Bob", "noise")];
  const robot = await Robot.join(here.proxy, "noise", "Noise");
  await holds(ann, ({ play }) => play.session.playbacks.size === 2);
  const ids = [(await world(ann)).id, (await world(bob)).id];
  const random = dice(3);
  const good = new Uint8Array(encodeClaims(await claims(ann, { seq: 1 })));
  const bad = [
    ...Array.from({ length: 200 }, () => Array.from({ length: random.below(64) }, () => random.below(256))),
    ...Array.from({ length: 200 }, () => good.with(random.below(good.length), 255)),
    new Uint8Array(900_000).fill(0xc0),
    encodeSnapshot(ids.map((id) => ({ id, claims: claimsOfRobot({ seq: 0xffffffff, x: 1 }) }))),
  ];
  for (const bytes of bad) {
    robot.shout(new Uint8Array(bytes));
    for (const id of ids) robot.whisper(id, new Uint8Array(bytes));
  }
  for (const text of [
    "{",
    "[]",
    '{"type":"hello"}',
    '{"type":"hello","demo":"game","nick":{"a":1}}',
    "\u0000",
    "x".repeat(500_000),
  ])
    robot.say(text);
  robot.say({ kind: "teleport", x: Infinity });
  await robot.leave();
  for (const page of [ann, bob]) {
    await sees(page, 2);
    await holds(page, ({ play }) => play.session.playbacks.size === 1);
    await ticks(page, 40);
    await holds(page, ({ play }) => play.session.world.holdings.every(Boolean) && play.session.views.agreed > 4);
  }
  await pilot(ann, "sky");
  await holds(ann, ({ play }) => play.session.world.own.tail.length > 0);
  await end(ann, bob);
});

test("a star that somebody claims with any epoch can be taken back", async () => {
  const ann = await join("Ann", "greed");
  const robot = await Robot.join(here.proxy, "greed", "Greed");
  await holds(ann, ({ play }, id) => play.session.world.claimsOf(id) !== undefined, robot.session?.world.id ?? "");
  for (const [round, epoch] of [65_535, 32_767, 40_000].entries()) {
    const before = await claims(ann, {});
    const tail = Array.from({ length: 32 }, (_, number) => ({
      number,
      epoch,
      x: 12_000 + 20 * number,
      y: 7200,
      vx: 0,
      vy: 0,
    }));
    robot.shout(
      encodeClaims({
        ...before,
        seq: 100 + round,
        seat: 7,
        turn: 0,
        comet: { ...before.comet, x: 12_000, y: 7200 },
        tail,
        drift: [],
      }),
    );
    await pilot(ann, "tails");
    await holds(ann, ({ play }) => play.session.world.own.tail.length > 0);
  }
  await robot.leave();
  await holds(ann, ({ play }) => play.session.world.holdings.every((holding) => holding?.id === play.session.world.id));
  await end(ann);
});

test("a name with markup is shown as it was written", async () => {
  const ann = await join("Ann", "markup");
  const name = "<img src=x onerror=alert(1)>";
  const robot = await Robot.join(here.proxy, "markup", name);
  robot.play();
  await score(ann).filter({ hasText: name }).waitFor();
  assert.equal(await ann.locator("img").count(), 0);
  await robot.leave();
  await ann.getByRole("log").getByText(name).waitFor();
  await end(ann);
});

test("views that differ are shown, and told to be equal again when they are", async () => {
  const ann = await join("Ann", "views");
  const robot = await Robot.join(here.proxy, "views", "Liar");
  robot.play();
  await sees(ann, 2);
  await holds(ann, ({ play }) => play.session.views.latest().length === 2);
  const lie = async () => {
    const latest = await ann.game.evaluate(({ play }) => play.session.views.latest());
    robot.shout(
      encodeViews([
        ...latest.map((view) => ({ ...view, digest: view.digest ^ 1 })),
        { id: "nobody", seq: 30, digest: 1 },
      ]),
    );
  };
  await lie();
  await ann
    .getByRole("alert")
    .filter({ hasText: /Views (differ: Liar does not see (Ann|Liar) as you do|have differed)/ })
    .waitFor();
  await picture(ann, "game-views-differ");
  await ann.getByRole("alert").filter({ hasText: "They are equal now." }).waitFor();
  await robot.leave();
  await end(ann);
});

test("a page whose drawing and person are away goes on moving what is its own", async () => {
  const [ann, bob] = [await join("Ann", "hidden"), await join("Bob", "hidden")];
  for (const page of [ann, bob]) await sees(page, 2);
  await hide(ann);
  const { seq, id } = await world(ann);
  const later = { id, until: seq + 120 };
  await holds(bob, ({ play }, about) => (play.session.world.claimsOf(about.id)?.seq ?? 0) > about.until, later);
  await pilot(bob, "sky");
  await holds(bob, ({ play }) => play.session.world.own.tail.length >= 3);
  for (const page of [ann, bob])
    await holds(page, ({ play }) => play.session.world.holdings.every(Boolean) && play.session.views.agreed > 6);
  await end(ann, bob);
});

test("a page that has stopped altogether holds nobody up: its stars can be taken", async () => {
  const [ann, bob] = [await join("Ann", "stopped"), await join("Bob", "stopped")];
  for (const page of [ann, bob]) await sees(page, 2);
  await pilot(ann, "sky");
  await holds(ann, ({ play }) => play.session.world.own.tail.length >= 3);
  const session = await ann.context().newCDPSession(ann);
  await session.send("Debugger.enable");
  await session.send("Debugger.pause");
  await pilot(bob, "tails");
  await holds(bob, ({ play }) => play.session.world.own.tail.length >= 1);
  await bob
    .getByRole("log")
    .getByText(/You took \d+ stars? from Ann/)
    .first()
    .waitFor();
  await session.send("Debugger.disable");
  await holds(ann, ({ play }) => play.session.views.agreed > 6 && play.session.views.differed === 0);
  await end(ann, bob);
});

/**
 * As when its window is minimised: nothing is drawn there any more.
 * @param {Page} page
 */
async function hide(page) {
  const session = await page.context().newCDPSession(page);
  const { windowId } = await session.send("Browser.getWindowForTarget");
  await session.send("Browser.setWindowBounds", { windowId, bounds: { windowState: "minimized" } });
}

/**
 * A page's own claims, with something else in them.
 * @param {Player} page
 * @param {Partial<Claims>} more
 */
const claims = async (page, more) => ({
  ...(await page.game.evaluate(({ play }) => play.session.world.own)),
  ...more,
});

/** @param {{seq: number, x: number}} claims */
function claimsOfRobot({ seq, x }) {
  return { seq, seat: 0, turn: 0, comet: { x, y: 1, vx: 0, vy: 0, dx: 0, dy: 0 }, tail: [], drift: [] };
}
