/** The console on a network that no machine could hold: what it shows, how much of it, and what comes after a gap. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { end } from "../demo/visit.mjs";
import { card, go, line, look, sentence } from "./console-views.mjs";
import { counts } from "./settled.mjs";
import { Simulated } from "./simulated.mjs";
import { launch, picture } from "./world.mjs";

/** @import { Browser, Page } from "playwright-core" */

const LARGE = { links: 200, channels: 1000, peers: 20_000, candidates: 5 };
const SMALL = { links: 5, channels: 3, peers: 40, candidates: 1 };
/** More frames than a proxy sends, so that all is told soon. */
const FAST = 60;
const HURTS = "<img src=x onerror=\"document.title='hurt'\"><b>&amp;";

/** @type {Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/**
 * @param {import("node:test").TestContext} t
 * @param {typeof LARGE} size
 */
async function simulated(t, size) {
  const source = await Simulated.start(size, FAST);
  t.after(() => source.stop());
  return source;
}

/** @param {Page} page */
const elements = (page) => page.evaluate(() => document.querySelectorAll("*").length);

/**
 * Where circles of the picture stand.
 * @param {Page} page
 * @param {string} selector
 */
const places = (page, selector) =>
  page
    .locator(selector)
    .evaluateAll((all) => all.map((one) => [one.getAttribute("cx"), one.getAttribute("cy")].join()));

test("200 proxies are all in the picture, and the table says how many more there are", async (t) => {
  const source = await simulated(t, LARGE);
  const page = await look(browser, source.http);
  await sentence(page).filter({ hasText: "5 of 205 other proxies are not linked" }).waitFor();
  await counts(page.locator(".picture .proxy.ready circle"), 200);
  await card(page, /^Links/)
    .getByText("150 more.")
    .waitFor();
  await counts(line(page, "Links to other proxies", "192.0.2."), 50);
  await card(page, /^Links/)
    .getByRole("button", { name: "Show 50 more" })
    .click();
  await counts(line(page, "Links to other proxies", "192.0.2."), 100);
  await card(page, /^Links/)
    .getByText("100 more.")
    .waitFor();
  await picture(page, "console-crowd");
  await end(page);
});

test("of 1,000 channels and 10,000 peers of one of them a bounded part is shown, and all can be found", async (t) => {
  const source = await simulated(t, LARGE);
  const page = await look(browser, source.http, "channels");
  const [channels, peers] = [card(page, /^Channels 1,000/), card(page, /^Peers/)];
  await channels.getByText("900 more.").waitFor();
  await channels.getByRole("searchbox").fill("channel-999");
  await line(page, "Channels", "channel-999").waitFor();
  await counts(line(page, "Channels", "channel-"), 1);
  await page.getByRole("searchbox", { name: "Filter channels" }).fill("");
  await page.getByRole("button", { name: "channel-0", exact: true }).click();
  await peers.getByText("9,010 more are not in the feed.").waitFor();
  await peers.getByRole("searchbox").fill("peer-9876");
  await peers.getByText("No peer has that in its id.").waitFor();
  await peers.getByRole("button", { name: "List all 10,010" }).click();
  await counts(line(page, "Peers", "peer-9876"), 1);
  await peers.getByRole("searchbox").fill("");
  await peers.getByText("9,910 more.").waitFor();
  const shown = await elements(page);
  assert.ok(shown < 4000, `${shown} elements`);
  await picture(page, "console-crowd-peers");
  await end(page);
});

test("nobody moves in the picture when a proxy or a peer comes", async (t) => {
  const source = await simulated(t, SMALL);
  const page = await look(browser, source.http);
  // The sentence gives the picture its size.
  await sentence(page).filter({ hasText: "host-0.example:9010 refuses" }).waitFor();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.getByLabel("Peers of").selectOption({ label: "channel-1 (10)" });
  await counts(page.locator(".picture .peer"), 10);
  const before = [await places(page, ".picture .proxy circle"), await places(page, ".picture .peer")];
  assert.equal(new Set(before.flat()).size, 16);
  const [{ id }] = source.crowd.channels.slice(1);
  const peer = { ...source.crowd.peersOf(id)[0], id: "0-newcomer", peer: "newcomer" };
  source.change("links", [{ ...source.crowd.links[0], id: "8888888888888888" }]);
  await counts(page.locator(".picture .proxy circle"), 7);
  source.change("peers", [peer]);
  await counts(page.locator(".picture .peer"), 11);
  const now = [await places(page, ".picture .proxy circle"), await places(page, ".picture .peer")];
  for (const [index, all] of before.entries()) for (const place of all) assert.ok(now[index].includes(place), place);
  await end(page);
});

test("while the proxy is away the page says so, and afterwards it shows what is then there, and the gap", async (t) => {
  const source = await simulated(t, SMALL);
  const page = await look(browser, source.http);
  await counts(line(page, "Links to other proxies", "192.0.2."), 5);
  page.removeAllListeners("console");
  await source.stop();
  await sentence(page).filter({ hasText: "has not answered for" }).waitFor();
  await page.locator("#remedy").getByText("nws", { exact: true }).waitFor();
  await page.getByText(`localhost:${source.port} does not answer`).waitFor();
  assert.equal(await line(page, "Links to other proxies", "192.0.2.").count(), 5);
  await picture(page, "console-away");
  const [gone] = source.crowd.links.splice(0, 1);
  await source.listen(source.port);
  await sentence(page).filter({ hasText: "host-0.example:9010 refuses" }).waitFor();
  await line(page, "Links to other proxies", gone.address).waitFor({ state: "detached" });
  await counts(line(page, "Links to other proxies", "192.0.2."), 4);
  await go(page, "events");
  await line(page, "Events", "The proxy did not answer for").waitFor();
  await end(page);
});

test("names that contain markup stay text", async (t) => {
  const source = await simulated(t, SMALL);
  const { crowd } = source;
  const [{ id }] = crowd.channels;
  Object.assign(crowd.links[0], { peer: HURTS, address: HURTS });
  Object.assign(crowd.candidates[0], { peer: HURTS, detail: HURTS, reason: HURTS });
  crowd.channels[0].name = HURTS;
  const client = { ...crowd.peersOf(id)[0].client, lagging_since: Date.now(), waiting_bytes: 1 };
  crowd.slow = [{ ...crowd.peersOf(id)[0], peer: HURTS, client }];
  crowd.events = [{ id: "0-1", at: Date.now(), kind: "cut", channel: id, peer: HURTS, link: null, detail: HURTS }];
  const page = await look(browser, source.http, "network", { token: "simulated" });
  await sentence(page).filter({ hasText: HURTS }).waitFor();
  await card(page, /^Not linked/)
    .getByText(HURTS)
    .first()
    .waitFor();
  await counts(card(page, /^Slow or cut/).getByText(HURTS, { exact: true }), 2);
  await line(page, "Links to other proxies", HURTS).waitFor();
  await page.locator(".picture .name").filter({ hasText: "<img src=x onerror=" }).first().waitFor();
  await card(page, /^Slow or cut/)
    .getByRole("button", { name: "Disconnect" })
    .click();
  await page.getByRole("dialog").getByText(HURTS).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await go(page, "channels");
  await page.getByRole("button", { name: HURTS, exact: true }).click();
  await counts(card(page, /^Peers of/).getByRole("cell", { name: HURTS }), 2);
  await go(page, "events");
  await line(page, "Events", HURTS).waitFor();
  assert.equal(await page.locator("img, b").count(), 0);
  assert.match(await page.title(), /^Events/);
  await end(page);
});

test("what one does to the proxy goes with the token in a header, and after a question where it hurts", async (t) => {
  const source = await simulated(t, SMALL);
  const { crowd } = source;
  const [peer] = crowd.peersOf(crowd.channels[0].id);
  crowd.slow = [{ ...peer, client: { ...peer.client, lagging_since: Date.now(), waiting_bytes: 1 } }];
  const page = await look(browser, source.http, "network", { token: "simulated" });
  await page.getByRole("button", { name: "Dial now host-0.example:9010" }).click();
  await page.getByText("host-0.example:9010 is being dialled.").waitFor();
  await page.getByRole("button", { name: "Disconnect peer-0" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Disconnect peer-0" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await page.getByText("peer-0 was disconnected.").waitFor();
  assert.deepEqual(source.posted, [
    ["/api/v1/dial", JSON.stringify({ id: crowd.candidates[0].id }), "Bearer simulated"],
    ["/api/v1/disconnect", JSON.stringify({ id: peer.id }), "Bearer simulated"],
  ]);
  await end(page);
});
