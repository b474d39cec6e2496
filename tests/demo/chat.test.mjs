/** The chat as people use it: who writes, what nobody has seen, links, history, and one who says too much. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { people, said, say } from "../browser/chatting.mjs";
import { NwsProxy } from "../browser/proxy.mjs";
import { picture, world } from "../browser/world.mjs";
import { Stranger } from "./stranger.mjs";
import { axe, elsewhere, end, enter as join, fits } from "./visit.mjs";

/**
 * @import { BrowserContextOptions, Page } from "playwright-core"
 * @import { Site } from "../browser/site.mjs"
 */

const PHONE = { viewport: { width: 390, height: 844 } };
const here = world();
/** @type {Site} */
let site;

before(async () => {
  site = await elsewhere();
});
after(() => site?.stop());

/**
 * @param {string} name
 * @param {string} channel
 * @param {BrowserContextOptions} [options]
 */
const enter = (name, channel, options = {}) =>
  join(here.browser, `${here.proxy.http}/demo/chat/`, name, channel, options);
/** @param {Page} page */
const log = (page) => page.getByRole("log");
/**
 * @param {Page} page
 * @param {string | RegExp} words
 */
const writers = (page, words) => page.locator("#typing").filter({ hasText: words });
/**
 * @param {Page} page
 * @param {boolean} hidden
 */
const lookAway = (page, hidden) =>
  page.evaluate((isHidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

test("who is writing is seen until it is sent, given up, or the writer has gone", async () => {
  const [ann, bob, cleo] = [
    await enter("Ann", "writers"),
    await enter("Bob", "writers"),
    await enter("Cleo", "writers"),
  ];
  await people(ann).filter({ hasText: "Cleo" }).waitFor();
  await bob.getByRole("textbox", { name: "Message" }).fill("I think");
  await writers(ann, "Bob is writing…").waitFor();
  await cleo.getByRole("textbox", { name: "Message" }).fill("And I");
  await writers(ann, "are writing…").waitFor();
  await picture(ann, "chat-writers");
  await bob.keyboard.press("Enter");
  await said(ann, "I think").waitFor();
  await writers(ann, /^Cleo is writing…$/).waitFor();
  await bob.getByRole("textbox", { name: "Message" }).fill("again");
  await writers(ann, "are writing…").waitFor();
  await bob.getByRole("textbox", { name: "Message" }).fill("");
  await writers(ann, /^Cleo is writing…$/).waitFor();
  await end(cleo);
  await ann.waitForFunction(() => document.getElementById("typing")?.textContent === "");
  await end(ann, bob);
});

test("who writes to one person is seen writing by that person alone", async () => {
  const [ann, bob, cleo] = [await enter("Ann", "aside"), await enter("Bob", "aside"), await enter("Cleo", "aside")];
  await people(ann).filter({ hasText: "Cleo" }).waitFor();
  await ann.getByRole("button", { name: "Bob" }).click();
  await ann.getByRole("textbox", { name: "Message" }).fill("only you");
  await writers(bob, "Ann is writing…").waitFor();
  await say(ann, "only you");
  await say(bob, "done");
  await said(cleo, "done").waitFor();
  // What is told to one person is forgotten after a while only, so it would be seen here still.
  assert.equal(await writers(cleo, "Ann").count(), 0);
  await end(ann, bob, cleo);
});

test("the title counts what nobody has seen", async () => {
  const [ann, bob] = [await enter("Ann", "unseen"), await enter("Bob", "unseen")];
  await people(ann).filter({ hasText: "Bob" }).waitFor();
  await lookAway(ann, true);
  await say(bob, "one");
  await say(bob, "two");
  await ann.waitForFunction(() => document.title === "(2) #unseen – Chat");
  await said(ann, "two").waitFor();
  await lookAway(ann, false);
  await ann.waitForFunction(() => document.title === "#unseen – Chat");
  await end(ann, bob);
});

test("addresses can be clicked, and nothing of a message or a name is markup", async () => {
  const [ann, bob] = [await enter("Ann", "links"), await enter("<img src=x onerror=alert(1)>", "links")];
  await say(bob, "see https://example.org/a?b=c, or https://аpple.com/ <b onclick=alert(1)>javascript:alert(1)</b>");
  const line = said(ann, "see https");
  await line.waitFor();
  const links = await line
    .getByRole("link")
    .evaluateAll((all) => all.map((link) => link instanceof HTMLAnchorElement && [link.href, link.target, link.rel]));
  const rules = ["_blank", "noopener noreferrer nofollow"];
  assert.deepEqual(links, [
    ["https://example.org/a?b=c", ...rules],
    ["https://xn--pple-43d.com/", ...rules],
  ]);
  await line
    .filter({
      hasText: "https://аpple.com/ (leads to xn--pple-43d.com) <b onclick=alert(1)>javascript:alert(1)</b>",
    })
    .waitFor();
  assert.equal(await ann.locator("#room img, #log b").count(), 0);
  await picture(ann, "chat-links");
  await end(ann, bob);
});

test("newcomers are told what was said to all, once that is switched on, by who has been there longest", async () => {
  const [ann, bob] = [await enter("Ann", "past"), await enter("Bob", "past")];
  await people(ann).filter({ hasText: "Bob" }).waitFor();
  await say(ann, "before it was on");
  await bob.getByRole("checkbox", { name: "History" }).check();
  await said(ann, "Bob has switched history on").waitFor();
  await said(bob, "You have switched history on").waitFor();
  assert.equal(await ann.getByRole("checkbox", { name: "History" }).isChecked(), true);
  await say(ann, "kept by all");
  await said(bob, "kept by all").waitFor();
  await ann.getByRole("button", { name: "Bob" }).click();
  await say(ann, "to Bob alone");
  await said(bob, "to Bob alone").waitFor();
  const cleo = await enter("Cleo", "past");
  const told = cleo.getByRole("list", { name: "Earlier messages" });
  await told.getByText("kept by all").waitFor();
  await cleo.getByText("as told by Ann").waitFor();
  assert.deepEqual(await told.locator(".text").allTextContents(), ["kept by all"]);
  await picture(cleo, "chat-told");
  await end(ann, bob);
  const dan = await enter("Dan", "past");
  await dan.getByText("as told by Cleo").waitFor();
  await cleo.getByRole("checkbox", { name: "History" }).uncheck();
  await said(dan, "Cleo has switched history off").waitFor();
  const eve = await enter("Eve", "past");
  await say(dan, "welcome");
  await said(eve, "welcome").waitFor();
  assert.equal(await eve.locator(".told").count(), 0);
  await end(cleo, dan, eve);
});

test("one who says thousands of things at once does not stop the page", async () => {
  const ann = await enter("Ann", "flood");
  const mallory = await Stranger.join(here.proxy, "flood");
  await people(ann).filter({ hasText: "Mallory" }).waitFor();
  for (let count = 0; count < 5000; count += 1)
    mallory.broadcast({ type: "say", text: `number ${count} https://example.org/${count}` });
  for (let count = 0; count < 2000; count += 1)
    mallory.broadcast({ type: "hello", demo: "chat", nick: `Mallory ${count}`, here: 0 });
  for (let count = 0; count < 2000; count += 1) mallory.broadcast({ type: "typing", on: count % 2 === 0 });
  mallory.broadcast({ type: "say", text: "the end" });
  await said(ann, "the end").waitFor();
  await say(ann, "I am still here");
  await said(ann, "I am still here").waitFor();
  await said(ann, "are left out").first().waitFor();
  const lines = await log(ann).getByRole("listitem").count();
  assert.ok(lines <= 1000, `${lines} lines are kept`);
  await picture(ann, "chat-flood");
  mallory.leave();
  await end(ann);
});

test("a program that says what no chat says changes nothing", async () => {
  const ann = await enter("Ann", "noise");
  const mallory = await Stranger.join(here.proxy, "noise");
  await people(ann).filter({ hasText: "Mallory" }).waitFor();
  const noise = [
    "null",
    "7",
    "[]",
    '{"type":"say"}',
    '{"type":"say","text":{"length":3}}',
    '{"type":"history","lines":[{"name":"Ann","text":"I never said that","ago":1}]}',
    '{"type":"typing"}',
    '{"type":"history-get"}',
    '{"type":"hello","nick":"\u202e"}',
    '{"type":"hello","demo":"chat","nick":"Mallory","here":1e308,"history":{"on":"yes"}}',
    '{"type":"file-offer"}',
    '{"type":"__proto__"}',
  ];
  for (const text of noise) {
    mallory.broadcast(text);
    mallory.tell(text);
  }
  mallory.tellBytes(Buffer.from([0x4e, 0x57, 0x46, 1]));
  mallory.tellBytes(Buffer.concat([Buffer.from([0x4e, 0x57, 0x46, 1]), Buffer.alloc(100)]));
  mallory.broadcast({ type: "say", text: "that was all" });
  await said(ann, "that was all").waitFor();
  assert.equal(await said(ann, "never said").count(), 0);
  assert.equal(await ann.getByRole("checkbox", { name: "History" }).isChecked(), false);
  assert.equal(await ann.locator(".file").count(), 0);
  mallory.leave();
  await end(ann);
});

test("programs and other demos are shown as what they are", async () => {
  const ann = await enter("Ann", "mixed");
  const program = await Stranger.join(here.proxy, "mixed", {
    type: "hello",
    demo: "game",
    nick: "Gamer",
    here: 0,
  });
  await people(ann).filter({ hasText: "not a chat page" }).waitFor();
  program.leave();
  await people(ann).filter({ hasText: "not a chat page" }).waitFor({ state: "detached" });
  await end(ann);
});

test("two tabs of one person are told apart", async () => {
  const [one, two] = [await enter("Ann", "twins"), await enter("Ann", "twins")];
  await people(one)
    .filter({ hasText: /^Ann \w{4}$/ })
    .waitFor();
  await say(two, "which one am I?");
  await said(one, "which one")
    .filter({ hasText: /Ann \w{4}/ })
    .waitFor();
  await end(one, two);
});

test("a full channel is told as such", async (t) => {
  const proxy = await NwsProxy.during(t, "--max-peers-per-channel", "1");
  const address = `${proxy.http}/demo/chat/`;
  const ann = await join(here.browser, address, "Ann", "full");
  const page = await here.browser.newPage();
  await page.goto(`${address}#full`);
  await page.getByLabel("Your name").fill("Bob");
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await page.getByRole("heading", { name: /Cannot connect/ }).waitFor();
  await page.getByText(/full/).first().waitFor();
  await picture(page, "chat-full");
  await page.close();
  await end(ann);
});

/** @type {("light" | "dark")[]} */
const SCHEMES = ["light", "dark"];
for (const colorScheme of SCHEMES) {
  test(`axe has nothing serious to say, from desktop to phone, in ${colorScheme}`, async () => {
    for (const [size, options] of Object.entries({ desktop: {}, phone: PHONE })) {
      const channel = `axe-${colorScheme}-${size}`;
      const [ann, bob] = [await enter("Ann", channel, { colorScheme, ...options }), await enter("Bob", channel)];
      await people(ann).filter({ hasText: "Bob" }).waitFor();
      await ann.getByRole("checkbox", { name: "History" }).check();
      await say(ann, "hello https://bücher.example");
      await bob.getByRole("button", { name: "Ann" }).click();
      await say(bob, "only you");
      await said(ann, "only you").waitFor();
      await bob
        .locator("#picker")
        .setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("hi") });
      await ann.getByRole("group", { name: "File notes.txt" }).waitFor();
      const cleo = await enter("Cleo", channel, { colorScheme, ...options });
      await cleo.locator(".told").waitFor();
      for (const page of [ann, cleo]) {
        await axe(page);
        await fits(page);
      }
      await picture(ann, `chat-${colorScheme}-${size}`);
      await picture(cleo, `chat-${colorScheme}-${size}-newcomer`);
      await end(ann, bob, cleo);
    }
  });
}

test("it does all that from another origin", async () => {
  const [far, near] = [
    await join(here.browser, `${site.origin}/chat/?proxy=${here.proxy.ws}`, "Far", "far"),
    await enter("Near", "far"),
  ];
  await people(far).filter({ hasText: "Near" }).waitFor();
  await far
    .locator("#picker")
    .setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("from afar") });
  const download = near.waitForEvent("download");
  await near.getByRole("button", { name: "Save notes.txt" }).click();
  assert.equal((await download).suggestedFilename(), "notes.txt");
  await end(far, near);
});
