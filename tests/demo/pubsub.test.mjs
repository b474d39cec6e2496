/** The publish/subscribe demo, used as a person would. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { WebSocket } from "ws";

import { within } from "../browser/deadline.mjs";
import { NwsProxy } from "../browser/proxy.mjs";
import { picture, world } from "../browser/world.mjs";
import { axe, elsewhere, end, enter as join, fits } from "./visit.mjs";

/**
 * @import { TestContext } from "node:test"
 * @import { Site } from "../browser/site.mjs"
 * @import { BrowserContextOptions, Page } from "playwright-core"
 */

const here = world();
/** @type {Site} */
let site;

before(async () => {
  site = await elsewhere();
});
after(() => site?.stop());

const address = (proxy = here.proxy) => `${proxy.http}/demo/pubsub/`;
/**
 * @param {string} name
 * @param {string} channel
 * @param {BrowserContextOptions} [options]
 * @param {string} [at]
 */
const enter = (name, channel, options = {}, at = address()) => join(here.browser, at, name, channel, options);
/** @param {Page} page */
const login = (page) => page.getByRole("status", { name: "Log-in" });
/**
 * @param {Page} page
 * @param {string} topic
 */
const row = (page, topic) =>
  page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: topic, exact: true }) });
/**
 * @param {Page} page
 * @param {number} value
 */
const brightness = (page, value) => page.getByText(`${value} %`, { exact: true });

/**
 * @param {Page} page
 * @param {string} topic
 * @param {string} value
 */
async function publish(page, topic, value) {
  await page.getByLabel("Topic", { exact: true }).fill(topic);
  await page.getByLabel("Value", { exact: true }).fill(value);
  await page.getByRole("button", { name: "Publish" }).click();
}

/**
 * A program in the channel that says it is a page of this demo, and then whatever it likes.
 * @param {TestContext} t
 * @param {string} channel
 * @param {NwsProxy} [proxy]
 */
async function program(t, channel, proxy = here.proxy) {
  const socket = new WebSocket(`${proxy.ws}/${channel}`);
  t.after(() => socket.terminate());
  await within(
    "the connection of a program",
    new Promise((resolve, reject) => {
      socket.on("open", resolve).on("error", reject);
    }),
  );
  /** @param {unknown} data */
  const say = (data) =>
    socket.send(JSON.stringify({ action: "broadcast", data: typeof data === "string" ? data : JSON.stringify(data) }));
  say({ type: "hello", demo: "pubsub", nick: "Program", here: 0 });
  return { socket, say };
}

test("who logs in in one window is logged in in all, also in one that opens later", async () => {
  const [ann, bob] = [await enter("Ann", "login"), await enter("Bob", "login")];
  await login(ann).filter({ hasText: "Nobody is logged in" }).waitFor();
  await ann.getByRole("button", { name: "Log in as Ann" }).click();
  await login(bob).filter({ hasText: "Ann is logged in" }).waitFor();
  const late = await enter("Late", "login");
  await login(late).filter({ hasText: "Ann is logged in" }).waitFor();
  await bob.getByRole("button", { name: "Log out" }).click();
  for (const page of [ann, late]) await login(page).filter({ hasText: "Nobody is logged in" }).waitFor();
  const later = await enter("Later", "login");
  await row(later, "session").waitFor({ state: "detached" });
  await login(later).filter({ hasText: "Nobody is logged in" }).waitFor();
  await end(ann, bob, late, later);
});

test("the lamp shines alike in all windows, and the keyboard moves it", async () => {
  const [ann, bob] = [await enter("Ann", "lamp"), await enter("Bob", "lamp")];
  await ann.getByLabel("Brightness").fill("60");
  await brightness(bob, 60).waitFor();
  await bob.getByLabel("Brightness").press("ArrowRight");
  await brightness(ann, 61).waitFor();
  assert.equal(await ann.getByLabel("Brightness").inputValue(), "61");
  await row(ann, "lamp/brightness").filter({ hasText: "61" }).filter({ hasText: "Bob" }).waitFor();
  const late = await enter("Late", "lamp");
  await brightness(late, 61).waitFor();
  await end(ann, bob, late);
});

test("what is published by hand shows in the table of all, with a pattern that chooses, until it is cleared", async () => {
  const [ann, bob] = [await enter("Ann", "hand"), await enter("Bob", "hand")];
  await publish(ann, "kitchen/temperature", "21.5");
  await publish(ann, "bath/temperature", "warm");
  await publish(ann, "$demo/hidden", '{"a":[1,null]}');
  await row(bob, "bath/temperature").filter({ hasText: '"warm"' }).filter({ hasText: "Ann" }).waitFor();
  assert.equal(await row(bob, "$demo/hidden").count(), 0);
  await bob.getByLabel("Pattern").fill("$demo/+");
  await row(bob, "$demo/hidden").filter({ hasText: '{"a":[1,null]}' }).waitFor();
  await bob.getByLabel("Pattern").fill("kitchen/#");
  await row(bob, "kitchen/temperature").waitFor();
  assert.equal(await row(bob, "bath/temperature").count(), 0);
  await bob.getByLabel("Pattern").fill("kitchen#");
  await bob.getByText("In a pattern, + stands for").waitFor();
  await picture(bob, "pubsub-wrong-pattern");
  await bob.getByLabel("Pattern").fill("#");
  await ann.getByLabel("Topic", { exact: true }).fill("bath/temperature");
  await ann.getByRole("button", { name: "Clear topic" }).click();
  await row(bob, "bath/temperature").waitFor({ state: "detached" });
  await publish(ann, "no/#", "1");
  await ann.getByRole("alert").filter({ hasText: "A topic has 1 to 200 characters" }).waitFor();
  await end(ann, bob);
});

test("after the proxy has come back everything is there, also what was published meanwhile", async (t) => {
  const proxy = await NwsProxy.during(t);
  const [ann, bob] = [await enter("Ann", "again", {}, address(proxy)), await enter("Bob", "again", {}, address(proxy))];
  await publish(ann, "before", "1");
  await row(bob, "before").waitFor();
  await proxy.stop();
  await ann.getByRole("status").filter({ hasText: "Connection lost" }).waitFor();
  await publish(ann, "meanwhile", "2");
  await ann.getByRole("alert").filter({ hasText: "Not connected" }).waitFor();
  await picture(ann, "pubsub-lost");
  await proxy.again();
  await row(bob, "meanwhile").filter({ hasText: "2" }).waitFor();
  await row(bob, "before").waitFor();
  for (const page of [ann, bob]) await page.context().close();
});

test("hostile programs change what they publish, and nothing else", async (t) => {
  const ann = await enter("Ann", "hostile");
  const { say } = await program(t, "hostile");
  await ann.getByText("Program", { exact: true }).first().waitFor();
  const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  say({ type: "put", topic: markup, clock: 1, value: markup });
  say({ type: "put", topic: "session", clock: 2, value: { user: `${markup}${"x".repeat(100)}` } });
  say({ type: "put", topic: "lamp/brightness", clock: 3, value: 1e300 });
  for (const bad of [
    "x",
    "{",
    "null",
    '{"type":"put","topic":"bad","clock":1e308,"value":1}',
    '{"type":"put","topic":7}',
    '{"type":"news","entries":[[]]}',
    `{"type":"put","topic":"big","clock":4,"value":"${"x".repeat(500_000)}"}`,
  ])
    say(bad);
  for (const value of ['"bright"', "null", "[1]", '{"__proto__":1}'])
    say(`{"type":"put","topic":"$odd/${value.length}","clock":5,"value":${value}}`);
  await row(ann, markup).filter({ hasText: "onerror" }).waitFor();
  await brightness(ann, 100).waitFor();
  await login(ann).filter({ hasText: "<img src=x" }).waitFor();
  assert.equal(await ann.locator("#room img, #room script").count(), 0);
  assert.match(await ann.title(), /^#hostile/);
  for (const topic of ["bad", "big"]) assert.equal(await row(ann, topic).count(), 0);
  say({ type: "put", topic: "session", clock: 6, value: { user: 7 } });
  await login(ann).filter({ hasText: "Nobody is logged in" }).waitFor();
  await publish(ann, "still", '"works"');
  await row(ann, "still").waitFor();
  await picture(ann, "pubsub-hostile");
  await end(ann);
});

test("of more topics than fit, the page says how many it does not show, and how many it dropped", async (t) => {
  const ann = await enter("Ann", "full");
  const { say } = await program(t, "full");
  await ann.getByText("Program", { exact: true }).first().waitFor();
  for (let number = 0; number < 2100; number += 1)
    say({ type: "put", topic: `many/${number}`, clock: number + 1, value: number });
  await ann.getByText("1900 more: a narrower pattern shows them.").waitFor();
  await ann.getByText("Only the newest 2000 topics are kept: 100 older ones have gone.").waitFor();
  assert.equal(await ann.getByRole("row").count(), 101);
  await ann.getByLabel("Pattern").fill("many/2099");
  await row(ann, "many/2099").waitFor();
  await end(ann);
});

test("traffic of one window shows in another, until it leaves", async () => {
  const [ann, bob] = [await enter("Ann", "traffic"), await enter("Bob", "traffic")];
  await ann.getByLabel("Messages a second", { exact: true }).selectOption("100 a second");
  await bob.waitForFunction(() => document.getElementById("total")?.textContent !== "0");
  await bob.getByRole("img", { name: /Messages a second: messages [1-9]/ }).waitFor();
  await bob.waitForFunction(() => document.querySelectorAll("#topics tr").length === 8);
  await ann.getByRole("button", { name: "Log in as Ann" }).click();
  await ann.getByLabel("Brightness").fill("80");
  await publish(bob, "kitchen/temperature", "21.5");
  await row(ann, "kitchen/temperature").waitFor();
  await picture(bob, "pubsub-traffic");
  await ann.getByRole("button", { name: "Leave" }).click();
  await bob.getByText("Nobody else is here yet").waitFor();
  await bob.waitForFunction(() => document.getElementById("total")?.textContent === "0");
  await end(ann, bob);
});

/** @type {[string, BrowserContextOptions][]} */
const SCREENS = [
  ["desktop", { viewport: { width: 1280, height: 800 } }],
  ["desktop-dark", { viewport: { width: 1280, height: 800 }, colorScheme: "dark" }],
  ["phone", { viewport: { width: 390, height: 844 } }],
  ["phone-dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark" }],
];
for (const [name, options] of SCREENS) {
  test(`it is usable on a ${name} and axe finds nothing serious`, async () => {
    const ann = await enter("Ann", name, options);
    await ann.getByRole("button", { name: "Log in as Ann" }).click();
    await ann.getByLabel("Brightness").fill("70");
    for (const [topic, value] of [
      ["kitchen/temperature", "21.5"],
      ["kitchen/humidity", "0.48"],
      ["garden/gate", '"open"'],
      ["bath/window", '{"open":false}'],
    ])
      await publish(ann, topic, value);
    await row(ann, "bath/window").waitFor();
    await fits(ann);
    await axe(ann);
    await picture(ann, `pubsub-${name}`);
    await end(ann);
  });
}

test("from another origin it finds its proxy, and both pages follow each other", async () => {
  const far = await enter("Far", "across", {}, `${site.origin}/pubsub/?proxy=${here.proxy.ws}`);
  const near = await enter("Near", "across");
  await far.getByLabel("Brightness").fill("30");
  await brightness(near, 30).waitFor();
  far.faults = far.faults.filter((fault) => !fault.endsWith(`${site.origin}/networkwebsockets.mjs`));
  await end(far, near);
});
