/** The game, played as people would: several on one machine, by keys and by touch, coming and going. */

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { NwsProxy } from "../browser/proxy.mjs";
import { counts } from "../browser/settled.mjs";
import { picture, tab, world as started } from "../browser/world.mjs";
import { holds, join as joinAt, news, pilot, score, sees, world } from "./game-pilot.mjs";
import { Robot } from "./game-robot.mjs";
import { axe, connected, elsewhere, end, fits } from "./visit.mjs";

/**
 * @import { BrowserContextOptions } from "playwright-core"
 * @import { Player } from "./game-pilot.mjs"
 * @import { Site } from "../browser/site.mjs"
 */

/** @type {BrowserContextOptions} */
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const here = started();
/** @type {Site} */
let away;

before(async () => {
  away = await elsewhere();
});
after(() => away?.stop());
// What a failed test has left open would slow the next one down.
afterEach(() => Promise.all(here.browser.contexts().map((context) => context.close())));

const address = () => `${here.proxy.http}/demo/game/`;
/**
 * @param {string} name
 * @param {string} channel
 * @param {BrowserContextOptions} [options]
 * @param {string} [at]
 */
const join = (name, channel, options, at = address()) => joinAt(here.browser, at, name, channel, options);

/**
 * So many stars in one's own tail.
 * @param {Player} page
 * @param {number} count
 */
const catches = (page, count) => holds(page, ({ play }, wanted) => play.session.world.own.tail.length >= wanted, count);
/** @param {Player} page */
const everyStarIsHeld = (page) => holds(page, ({ play }) => play.session.world.holdings.every(Boolean));

test("people catch stars, take them from each other, and see the same", async () => {
  const [ann, bob] = [await join("Ann", "two"), await join("Bob", "two", { colorScheme: "dark" })];
  for (const page of [ann, bob]) await sees(page, 2);
  await pilot(ann, "sky");
  await catches(ann, 5);
  await picture(ann, "game-catch");
  await pilot(bob, "tails");
  await news(bob, /You took \d+ stars? from Ann/)
    .first()
    .waitFor();
  await news(ann, /Bob took \d+ stars? from you/)
    .first()
    .waitFor();
  await picture(bob, "game-took");
  await picture(ann, "game-lost-stars");
  for (const page of [ann, bob]) await pilot(page, "none");
  await holds(ann, ({ play }) => play.session.views.agreed >= 20);
  for (const page of [ann, bob]) {
    await everyStarIsHeld(page);
    assert.equal((await world(page)).differed, 0);
    assert.equal(await page.getByRole("alert").filter({ hasText: "Views" }).count(), 0);
  }
  await end(ann, bob);
});

test("what a player leaves is told and stays in the game, also when the lowest id goes", async () => {
  const pages = await Promise.all(["Ann", "Bob", "Cleo"].map((name) => join(name, "leavings")));
  for (const page of pages) await sees(page, 3);
  const ids = await Promise.all(pages.map(async (page) => (await world(page)).id));
  const sorted = pages.toSorted((one, other) => (ids[pages.indexOf(one)] < ids[pages.indexOf(other)] ? -1 : 1));
  for (const leaver of sorted.slice(0, 2)) {
    await pilot(leaver, "sky");
    await catches(leaver, 2);
    const { id } = await world(leaver);
    await end(leaver);
    for (const page of sorted.slice(sorted.indexOf(leaver) + 1)) {
      await news(page, /has gone and left \d+ stars in the sky/)
        .nth(sorted.indexOf(leaver))
        .waitFor();
      await everyStarIsHeld(page);
      assert.ok((await world(page)).holders.every((holder) => !holder.startsWith(id)));
    }
  }
  const [last] = sorted.slice(2);
  await picture(last, "game-left-behind");
  await sees(last, 1);
  await end(last);
});

test("eight play, a ninth watches, and plays when one has left", async () => {
  const ann = await join("Ann", "full");
  /** @type {Robot[]} */
  const robots = [];
  for (const name of ["Bob", "Cleo", "Dan", "Eve", "Fay", "Gus", "Hal"]) {
    const robot = await Robot.join(here.proxy, "full", name);
    robots.push(robot);
    robot.play();
    await sees(ann, 1 + robots.length);
  }
  const ninth = await join("Ida", "full", { colorScheme: "dark" });
  await ninth.getByRole("status").filter({ hasText: "All eight seats are taken" }).waitFor();
  await picture(ninth, "game-ninth");
  await ann.getByText("Watching: Ida").waitFor();
  await counts(score(ninth), 8);
  assert.equal(new Set((await world(ann)).players.map(([seat]) => seat)).size, 8);
  await robots[3].leave();
  await score(ninth).filter({ hasText: "Ida" }).waitFor();
  await ninth.getByText("All eight seats are taken").waitFor({ state: "hidden" });
  await score(ann).filter({ hasText: "Ida" }).waitFor();
  await picture(ann, "game-eight");
  assert.equal((await world(ann)).differed, 0);
  for (const robot of robots.filter((_, number) => number !== 3)) await robot.leave();
  await sees(ann, 2);
  await everyStarIsHeld(ann);
  await end(ninth, ann);
});

test("the game stands still while there is no connection, and goes on with the same tails", async (t) => {
  const proxy = await NwsProxy.during(t);
  const at = `${proxy.http}/demo/game/`;
  const [ann, bob] = [await join("Ann", "again", {}, at), await join("Bob", "again", {}, at)];
  for (const page of [ann, bob]) await sees(page, 2);
  await pilot(ann, "sky");
  await catches(ann, 3);
  await pilot(ann, "none");
  await proxy.stop();
  await ann.getByText("The connection is lost. The game stands still here").waitFor();
  const { tail, seat } = await world(ann);
  await picture(ann, "game-waiting");
  await proxy.again();
  for (const page of [ann, bob]) {
    await connected(page);
    await page.getByText("The connection is lost").waitFor({ state: "hidden" });
    await sees(page, 2);
    await everyStarIsHeld(page);
  }
  const later = await world(ann);
  assert.equal(later.seat, seat);
  for (const star of tail) assert.ok(later.tail.includes(star), `star ${star} has left the tail`);
  for (const page of [ann, bob]) assert.equal((await world(page)).differed, 0);
  for (const page of [ann, bob]) await page.context().close();
});

test("two tabs of one person are two players", async () => {
  const one = await join("Ann", "twice");
  const other = await one.context().newPage();
  await other.goto(one.url());
  await other.getByRole("button", { name: "Join", exact: true }).click();
  await connected(other);
  await sees(one, 2);
  for (const page of [one, other])
    await score(page)
      .filter({ hasText: /Ann [\w-]{4}/ })
      .nth(1)
      .waitFor();
  await one.bringToFront();
  await end(one);
});

test("it is played by keys alone", async () => {
  const ann = await join("Ann", "keys");
  await holds(ann, ({ play }) => play.session.world.own.seat < 8);
  // Down and up again before the next tick.
  await ann.keyboard.press("ArrowDown");
  await holds(ann, ({ play }) => play.session.world.own.comet.vy > 0);
  /** @type {[key: string, axis: "vx" | "vy", sign: number][]} */
  const keys = [
    ["ArrowRight", "vx", 1],
    ["ArrowLeft", "vx", -1],
    ["KeyS", "vy", 1],
    ["KeyW", "vy", -1],
  ];
  for (const [key, axis, sign] of keys) {
    await ann.keyboard.down(key);
    const wanted = { axis, sign };
    await holds(ann, ({ play }, way) => way.sign * play.session.world.own.comet[way.axis] > 400, wanted);
    await ann.keyboard.up(key);
  }
  await ann.keyboard.press("Tab");
  const focus = () => ann.evaluate(() => document.activeElement?.textContent || document.activeElement?.id);
  const reached = new Set();
  for (let step = 0; step < 12; step += 1) {
    reached.add(await focus());
    await ann.keyboard.press("Shift+Tab");
  }
  for (const stop of ["sky", "nick", "Sound", "Latency", "Invite", "Leave"])
    assert.ok(reached.has(stop), `${stop} is not reached by Tab: ${[...reached]}`);
  await ann.getByRole("textbox", { name: "You are" }).fill("Wanda");
  await ann.keyboard.press("KeyW");
  await ann.keyboard.press("Enter");
  await score(ann).filter({ hasText: "Wandaw" }).waitFor();
  await end(ann);
});

test("it is played with a finger on a phone, in the dark", async () => {
  const phil = await join("Phil", "touch", { ...PHONE, colorScheme: "dark" });
  await holds(phil, ({ play }) => play.session.world.own.seat < 8);
  await fits(phil);
  const session = await phil.context().newCDPSession(phil);
  const box = await phil.locator("#sky").boundingBox();
  assert.ok(box);
  const corners = [
    [0.1, 0.1],
    [0.9, 0.9],
  ];
  for (const [across, down] of corners) {
    const point = { x: box.x + across * box.width, y: box.y + down * box.height };
    await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [point] });
    await holds(
      phil,
      ({ play }, { x, y }) => {
        const sky = document.getElementById("sky")?.getBoundingClientRect() ?? new DOMRect();
        const comet = play.drawn[0];
        // In portrait the field lies on its side.
        return (
          Math.abs(1 - comet.y / 14_400 - (x - sky.left) / sky.width) < 0.12 &&
          Math.abs(comet.x / 25_600 - (y - sky.top) / sky.height) < 0.12
        );
      },
      point,
    );
    await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  }
  await picture(phil, "game-phone-dark");
  await phil.getByRole("button", { name: "Latency" }).click();
  await phil.getByRole("heading", { name: "Latency" }).waitFor();
  await picture(phil, "game-phone-latency");
  await axe(phil);
  await end(phil);
});

test("the score is told in words, and nothing serious is found by axe", async () => {
  const [ann, bob] = [
    await join("Ann", "words"),
    await join("Bob", "words", { colorScheme: "dark", reducedMotion: "reduce" }),
  ];
  await pilot(ann, "sky");
  await ann
    .getByRole("status")
    .filter({ hasText: /You have [1-9]\d* stars?\. You wear the crown\./ })
    .waitFor();
  await bob
    .getByRole("status")
    .filter({ hasText: /Ann wears the crown with [1-9]/ })
    .waitFor();
  await score(bob).filter({ hasText: "Ann" }).getByRole("img", { name: "crown" }).waitFor();
  for (const page of [ann, bob]) {
    await page.getByRole("button", { name: "Latency" }).click();
    await page.getByRole("img", { name: /Round trip: (Ann|Bob) [\d.]+ ms/ }).waitFor();
    await axe(page);
    await fits(page);
  }
  await ann.getByRole("button", { name: "Sound" }).click();
  assert.equal(await ann.getByRole("button", { name: "Sound" }).getAttribute("aria-pressed"), "true");
  await picture(ann, "game-latency");
  await picture(bob, "game-calm-dark");
  await end(ann, bob);
});

test("the start card says what it is, on a screen and on a phone", async () => {
  /** @type {[string, BrowserContextOptions][]} */
  const screens = [
    ["desk", {}],
    ["phone", { ...PHONE, colorScheme: "dark" }],
  ];
  for (const [name, options] of screens) {
    const page = await tab(here.browser, options);
    await page.goto(address());
    await page.getByRole("heading", { name: "Comets" }).waitFor();
    await fits(page);
    await axe(page);
    await picture(page, `game-start-${name}`);
    await end(page);
  }
});

test("a page from another origin plays with the proxy’s own page", async () => {
  const far = await join("Far", "across", {}, `${away.origin}/game/?proxy=${here.proxy.ws}`);
  const near = await join("Near", "across");
  for (const page of [far, near]) await sees(page, 2);
  await holds(near, ({ play }) => play.session.views.agreed > 3);
  await end(far, near);
});

test("a room that one has left is left, and the next one is another", async () => {
  const [ann, bob] = [await join("Ann", "first"), await join("Bob", "first")];
  for (const page of [ann, bob]) await sees(page, 2);
  await ann.getByRole("button", { name: "Leave" }).click();
  await news(bob, "Ann has gone").waitFor();
  await ann.getByLabel("Channel name").fill("second");
  await ann.getByRole("button", { name: "Join", exact: true }).click();
  await connected(ann);
  await holds(ann, ({ play }) => play.session?.world.players.size === 1);
  assert.equal(await news(ann, "Bob").count(), 0);
  await end(ann, bob);
});
