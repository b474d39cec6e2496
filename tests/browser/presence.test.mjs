/** However a page ends, the others see exactly one leave; and one join when it comes back. */

import { test } from "node:test";

import { within } from "./deadline.mjs";
import { meet, Member } from "./member.mjs";
import { world } from "./world.mjs";

const here = world();

/** @param {string} channel */
async function three(channel) {
  const pages = Array(3).fill(`${here.sites[0].origin}/classic.html`);
  return meet(here.browser, pages, { channel, proxy: here.proxy });
}

/**
 * The next that both hear is each other: nothing else was on its way.
 * @param {Member} a
 * @param {Member} b
 */
async function stillTalk(a, b) {
  await a.send("still here");
  await b.hears(a.id, "still here");
  await b.send("me too");
  await a.hears(b.id, "me too");
  await a.leave();
  await b.leave();
}

test("a page that is closed leaves once", async () => {
  const [a, b, closing] = await three("closing");
  await closing.page.close();
  await a.misses(closing.id);
  await b.misses(closing.id);
  await stillTalk(a, b);
});

test("a page whose renderer crashes leaves once", async () => {
  const [a, b, crashing] = await three("crashing");
  const crash = crashing.page.waitForEvent("crash");
  // The navigation ends with the renderer, not with an answer.
  crashing.page.goto("chrome://crash").catch(() => {});
  await within("the crash", crash);
  await a.misses(crashing.id);
  await b.misses(crashing.id);
  await stillTalk(a, b);
});

test("a page that is reloaded leaves once and joins once", async () => {
  const [a, b, reloading] = await three("reloading");
  const before = reloading.id;
  await reloading.page.reload();
  await reloading.opens();
  for (const member of [a, b]) {
    await member.misses(before);
    await member.sees(reloading.id);
  }
  await reloading.sees(a.id);
  await reloading.sees(b.id);
  await reloading.leave();
  await a.misses(reloading.id);
  await b.misses(reloading.id);
  await stillTalk(a, b);
});

test("a page that goes elsewhere leaves once", async () => {
  const [a, b, going] = await three("going");
  await going.page.goto("about:blank");
  await a.misses(going.id);
  await b.misses(going.id);
  await stillTalk(a, b);
});

test("a page that comes back from the history joins again", async () => {
  const page = `${here.sites[0].origin}/classic.html`;
  const [stays, wanders] = await meet(here.browser, [page, page], { channel: "history", proxy: here.proxy });
  const before = wanders.id;
  await wanders.page.goto(`${here.sites[1].origin}/classic.html?kind=LocalWebSocket&channel=x&proxy=${here.proxy.ws}`);
  await stays.misses(before);
  await wanders.page.goBack();
  await wanders.opens();
  await stays.sees(wanders.id);
  const third = await Member.join(here.browser, page, { channel: "history", proxy: here.proxy });
  await stays.sees(third.id);
  for (const member of [stays, wanders, third]) await member.leave();
});
