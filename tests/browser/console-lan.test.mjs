/** The console on two machines whose proxies have found each other: it shows what is there. */

import { after, before, test } from "node:test";

import { end } from "../demo/visit.mjs";
import { card, go, line, look, sentence } from "./console-views.mjs";
import { Lan } from "./lan.mjs";
import { counts } from "./settled.mjs";
import { picture } from "./world.mjs";

/** @import { Page } from "playwright-core" */

const PROXY = "http://localhost:9009";
/** @type {Lan} */
let lan;
before(async () => {
  lan = await Lan.start(2);
});
after(() => lan?.stop());

/** Joins a channel by the tester. @param {Page} page @param {string} name */
async function join(page, name) {
  await go(page, "tester");
  await page.getByRole("textbox", { name: "Channel name" }).fill(name);
  await page.keyboard.press("Enter");
  const panel = page.getByRole("tabpanel");
  await panel.getByRole("status").filter({ hasText: "Connected" }).waitFor();
  return panel;
}

test("two machines: the link, the peers on both sides, and what happened", async () => {
  const [ann, bob] = [await look(lan.browsers[0], PROXY), await look(lan.browsers[1], PROXY)];
  const [here, there] = [await join(ann, "shared"), await join(bob, "shared")];
  for (const panel of [here, there]) await panel.getByRole("list", { name: "Peers" }).getByRole("listitem").waitFor();
  await go(ann, "network");
  await sentence(ann)
    .filter({ hasText: "All is well: linked to 1 other proxy. 2 peers in 1 channel, 1 here, 1 elsewhere." })
    .waitFor();
  const link = line(ann, "Links to other proxies", /linked/);
  await link.filter({ hasText: /(discovered|dialled us)IPv[46][\d.]+ ms\d+ s/ }).waitFor();
  await link.getByRole("cell").last().getByText("1", { exact: true }).waitFor();
  await ann.getByLabel("Peers of").selectOption({ index: 1 });
  await counts(ann.locator(".picture .peer"), 2);
  await counts(ann.locator(".picture .proxy.ready"), 1);
  await card(ann, /^Not linked 0/)
    .getByText("Every proxy that is known is linked.")
    .waitFor();
  await picture(ann, "console-lan");
  await go(ann, "channels");
  await counts(line(ann, "Peers", "#"), 2);
  await line(ann, "Peers", /^#0-.*here/).waitFor();
  await go(ann, "events");
  await line(ann, "Events", "joined").waitFor();
  await line(ann, "Events", "linked").waitFor();
  await end(bob);
  await go(ann, "network");
  await sentence(ann).filter({ hasText: "1 peer in 1 channel, all on this machine." }).waitFor();
  await counts(ann.locator(".picture .peer"), 1);
  await go(ann, "tester");
  await ann.waitForURL(({ hash }) => hash === "#network/shared");
  await here.getByText("left").waitFor();
  await end(ann);
});
