/** The console, used as a person would. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { picture, tab, world } from "./world.mjs";

/**
 * @import { BrowserContextOptions, Page } from "playwright-core"
 * @import { Tab } from "./world.mjs"
 */

const here = world();

/**
 * @param {string} path
 * @param {BrowserContextOptions} [options]
 */
async function open(path, options) {
  const page = await tab(here.browser, options);
  await page.goto(`${here.proxy.http}${path}`);
  await page.getByRole("heading", { name: "Network Web Sockets", exact: true }).waitFor();
  return page;
}

/**
 * @param {Page} page
 * @param {string} name
 * @param {string} [reach]
 */
async function join(page, name, reach = "Network") {
  await page.getByRole("group", { name: "Reach" }).getByText(reach).click();
  await page.getByRole("textbox", { name: "Channel name" }).fill(name);
  await page.keyboard.press("Enter");
  await panel(page).getByRole("status").filter({ hasText: "Connected" }).waitFor();
}

/** @param {Page} page */
const panel = (page) => page.getByRole("tabpanel");
/**
 * @param {Page} page
 * @param {string | RegExp} text
 */
const row = (page, text) => panel(page).getByRole("log").getByRole("listitem").filter({ hasText: text });
/** @param {Page} page */
const peers = (page) => panel(page).getByRole("list", { name: "Peers" }).getByRole("listitem");

/**
 * @param {Page} page
 * @param {string} text
 */
async function say(page, text) {
  await panel(page).getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
}

/** @param {Tab[]} pages */
async function end(...pages) {
  for (const page of pages) {
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
}

test("a new user sees what this is", async () => {
  const page = await open("/#/tester");
  await page.getByRole("heading", { name: "Same name, same channel" }).waitFor();
  await page.getByRole("button", { name: "Connect", exact: true }).waitFor();
  await picture(page, "console-welcome");
  await end(page);
});

test("the code that is shown connects to the proxy that shows it", async () => {
  const page = await open("/#/tester");
  const code = await page.getByLabel("Code for a page").innerText();
  assert.ok(code.includes(`<script src="${here.proxy.http}/networkwebsockets.js">`), code);
  assert.ok(code.includes(`new NetworkWebSocket('lobby', { endpoint: '${here.proxy.ws}' });`), code);
  await end(page);
});

test("two people join by keyboard, see each other, talk to all and to one", async () => {
  const [ann, bob] = [await open("/#/tester"), await open("/console#/tester")];
  await join(ann, "team");
  await join(bob, "team");
  await peers(ann).first().waitFor();
  await peers(bob).first().waitFor();
  await say(ann, "hello everyone");
  await row(bob, "hello everyone").filter({ hasText: "broadcast" }).waitFor();
  await peers(bob).first().getByRole("button").click();
  await say(bob, "just for you");
  await row(ann, "just for you").filter({ hasText: "direct" }).waitFor();
  await picture(ann, "console-talk");
  await picture(bob, "console-direct");
  await end(bob);
  await row(ann, "left").waitFor();
  assert.equal(await peers(ann).count(), 0);
  await end(ann);
});

test("bytes are written as hex and shown as such", async () => {
  const [ann, bob] = [await open("/#/tester"), await open("/#/tester")];
  await join(ann, "bytes");
  await join(bob, "bytes");
  await peers(ann).first().waitFor();
  await panel(ann).getByLabel("As", { exact: true }).selectOption({ label: "Bytes (hex)" });
  await say(ann, "00 ff 41");
  await row(bob, /00 ?ff ?41/).waitFor();
  await end(ann, bob);
});

test("one page holds several channels, and a local one is not the network one", async () => {
  const [ann, bob] = [await open("/#/tester"), await open("/#/tester")];
  await join(ann, "twice");
  await join(ann, "twice", "Local");
  await join(bob, "twice", "Local");
  await peers(ann).first().waitFor();
  assert.equal(await ann.getByRole("tab").count(), 2);
  await say(bob, "on this machine");
  await row(ann, "on this machine").waitFor();
  await ann.getByRole("tab").first().click();
  assert.equal(await peers(ann).count(), 0);
  assert.equal(await row(ann, "on this machine").count(), 0);
  await picture(ann, "console-channels");
  await end(ann, bob);
});

test("the console: a stranger who changes the address of a page that is open makes it join nothing", async () => {
  const page = await open("/");
  await page.evaluate(() => {
    location.hash = "network/lured";
  });
  await page.getByRole("heading", { name: "Same name, same channel" }).waitFor();
  await page.waitForFunction(() => location.hash === "#/tester");
  assert.equal(await page.getByRole("tab").count(), 0);
  await end(page);
});

test("a name that is none is explained", async () => {
  const page = await open("/#/tester");
  await page.getByRole("textbox", { name: "Channel name" }).fill("not a name");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "letters, digits" }).waitFor();
  await end(page);
});

test("it is readable at phone width and in the dark", async () => {
  const phone = await open("/#/tester", { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  await picture(phone, "console-phone-welcome");
  await join(phone, "phone");
  await say(phone, "from a phone");
  await row(phone, "from a phone").waitFor();
  const overflows = await phone.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  assert.equal(overflows, false, "the page is wider than the screen");
  await picture(phone, "console-phone");
  await end(phone);
});
