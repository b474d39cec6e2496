/** People on different machines chat, page to page, each through the proxy on their own localhost. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { end, enter, people, said, say } from "./chatting.mjs";
import { Lan } from "./lan.mjs";
import { counts } from "./settled.mjs";
import { picture } from "./world.mjs";

const CHAT = "http://localhost:9009/demo/chat/";
const NAMES = ["Ann", "Bob", "Cleo"];
/** @type {Lan} */
let lan;

before(async () => {
  lan = await Lan.start(NAMES.length);
});
after(() => lan?.stop());

/**
 * The first people, each at a machine of their own, who all see each other.
 * @param {number} count
 * @param {string} channel
 */
async function meet(count, channel) {
  const names = NAMES.slice(0, count);
  const pages = await Promise.all(names.map((name, number) => enter(lan.browsers[number], CHAT, name, channel)));
  for (const [number, page] of pages.entries()) {
    for (const name of names.filter((_, other) => other !== number))
      await people(page).filter({ hasText: name }).waitFor();
    // Oneself stands there too.
    await counts(people(page), count);
  }
  return pages;
}

test("two people on two machines chat", async () => {
  const [ann, bob] = await meet(2, "two-machines");
  await say(ann, "hello from my machine");
  await said(bob, "hello from my machine").filter({ hasText: "Ann" }).waitFor();
  await say(bob, "and from mine");
  await said(ann, "and from mine").filter({ hasText: "Bob" }).waitFor();
  await picture(ann, "lan-two");
  await end(bob);
  await said(ann, /Bob\s+left/).waitFor();
  await people(ann).filter({ hasText: "Bob" }).waitFor({ state: "detached" });
  await end(ann);
});

test("three people on three machines talk to all and to one", async () => {
  const [ann, bob, cleo] = await meet(3, "three-machines");
  await say(ann, "hello all");
  for (const page of [bob, cleo]) await said(page, "hello all").filter({ hasText: "Ann" }).waitFor();
  await bob.getByRole("button", { name: "Ann" }).click();
  await say(bob, "between us");
  await said(ann, "between us").filter({ hasText: "to you only" }).waitFor();
  await say(cleo, "what did you say?");
  for (const page of [ann, bob]) await said(page, "what did you say?").filter({ hasText: "Cleo" }).waitFor();
  assert.equal(await said(cleo, "between us").count(), 0);
  await picture(cleo, "lan-three");
  await end(cleo);
  for (const page of [ann, bob]) await said(page, /Cleo\s+left/).waitFor();
  await end(ann, bob);
});
