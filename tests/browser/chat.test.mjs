/** The chat demo, used as a person would: from the proxy, and from a site of its own. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { end, enter as join, people, said, say } from "./chatting.mjs";
import { NwsProxy } from "./proxy.mjs";
import { folder, Site } from "./site.mjs";
import { picture, tab, world } from "./world.mjs";

/** @import { BrowserContextOptions } from "playwright-core" */

const here = world();
/** @type {Site} */
let elsewhere;

before(async () => {
  elsewhere = await Site.start("127.0.0.1", folder(fileURLToPath(new URL("../../demo", import.meta.url))));
});
after(() => elsewhere?.stop());

/**
 * @param {string} name
 * @param {string} channel
 * @param {string} [address]
 * @param {BrowserContextOptions} [options]
 */
const enter = (name, channel, address = `${here.proxy.http}/demo/chat/`, options = {}) =>
  join(here.browser, address, name, channel, options);

test("three people see each other, talk to all and to one, and go", async () => {
  const [ann, bob, cleo] = [await enter("Ann", "trio"), await enter("Bob", "trio"), await enter("Cleo", "trio")];
  for (const { page, others } of [
    { page: ann, others: ["Bob", "Cleo"] },
    { page: bob, others: ["Ann", "Cleo"] },
    { page: cleo, others: ["Ann", "Bob"] },
  ]) {
    for (const other of others) await people(page).filter({ hasText: other }).waitFor();
  }
  await say(ann, "hello all");
  await said(bob, "hello all").filter({ hasText: "Ann" }).waitFor();
  await said(cleo, "hello all").waitFor();
  await bob.getByRole("button", { name: "Ann" }).click();
  await say(bob, "between us");
  await said(ann, "between us").filter({ hasText: "to you only" }).waitFor();
  await ann.getByLabel("To", { exact: true }).selectOption({ label: "Cleo" });
  await say(ann, "and now you");
  await said(cleo, "and now you").filter({ hasText: "Ann" }).waitFor();
  assert.equal(await said(cleo, "between us").count(), 0);
  assert.equal(await said(bob, "and now you").count(), 0);
  await picture(ann, "chat-talk");
  await picture(cleo, "chat-third");
  await end(bob);
  await said(ann, /Bob\s+left/).waitFor();
  await people(ann).filter({ hasText: "Bob" }).waitFor({ state: "detached" });
  await end(ann, cleo);
});

test("a page from another origin finds its proxy and talks to the proxy’s own page", async () => {
  const address = `${elsewhere.origin}/chat/?proxy=${here.proxy.ws}`;
  const [far, near] = [await enter("Far", "across", address), await enter("Near", "across")];
  await people(far).filter({ hasText: "Near" }).waitFor();
  await say(far, "from another site");
  await said(near, "from another site").filter({ hasText: "Far" }).waitFor();
  await say(near, "welcome");
  await said(far, "welcome").filter({ hasText: "Near" }).waitFor();
  await picture(far, "chat-elsewhere");
  await end(far, near);
});

test("it is usable at phone width and in the dark", async () => {
  /** @type {BrowserContextOptions} */
  const options = { viewport: { width: 390, height: 844 }, colorScheme: "dark" };
  const phone = await enter("Phil", "phone", undefined, options);
  await say(phone, "from a phone");
  await said(phone, "from a phone").waitFor();
  const overflows = await phone.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  assert.equal(overflows, false, "the page is wider than the screen");
  await picture(phone, "chat-phone");
  await end(phone);
});

test("people find each other again when the proxy comes back, and are told meanwhile", async (t) => {
  const proxy = await NwsProxy.during(t);
  const address = `${proxy.http}/demo/chat/`;
  const [ann, bob] = [await enter("Ann", "again", address), await enter("Bob", "again", address)];
  await people(ann).filter({ hasText: "Bob" }).waitFor();
  await proxy.stop();
  await ann
    .getByRole("status")
    .filter({ hasText: "Connection lost" })
    .filter({ hasText: "No proxy answers" })
    .waitFor();
  await people(ann).filter({ hasText: "Bob" }).waitFor({ state: "detached" });
  assert.equal(await said(ann, /Bob\s+left/).count(), 0);
  await say(ann, "too early");
  await ann.getByText("nothing was sent").waitFor();
  await picture(ann, "chat-lost");
  await proxy.again();
  await said(ann, "Connected again").waitFor();
  await people(ann).filter({ hasText: "Bob" }).waitFor();
  await say(ann, "here we are");
  await said(bob, "here we are").filter({ hasText: "Ann" }).waitFor();
  await picture(ann, "chat-back");
  for (const page of [ann, bob]) await page.context().close();
});

test("who finds no proxy is told what to do", async (t) => {
  const proxy = await NwsProxy.during(t);
  const page = await tab(here.browser);
  await page.goto(`${proxy.http}/demo/chat/?proxy=${proxy.ws}`);
  await page.evaluate((library) => import(library), "/networkwebsockets.mjs");
  await proxy.stop();
  await page.getByLabel("Your name").fill("Ann");
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByRole("heading", { name: "No proxy found" }).waitFor();
  await picture(page, "chat-absent");
  await page.context().close();
});
