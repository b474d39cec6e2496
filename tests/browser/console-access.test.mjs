/** Every view of the console is for everybody: by keyboard, for readers of the screen, on phones, in the light and dark. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { axe, end, fits } from "../demo/visit.mjs";
import { VIEWS, card, line, look, sentence } from "./console-views.mjs";
import { trouble } from "./crowd.mjs";
import { Simulated } from "./simulated.mjs";
import { launch, picture } from "./world.mjs";

/** @import { Browser, BrowserContextOptions, Page } from "playwright-core" */

const SIZE = { links: 12, channels: 40, peers: 500, candidates: 2 };
const FAST = 60;
/** How far the focus may have to go. */
const STEPS_AT_MOST = 60;

/** @type {Record<string, BrowserContextOptions>} */
const SCREENS = {
  desktop: { viewport: { width: 1280, height: 720 } },
  dark: { viewport: { width: 1280, height: 720 }, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 } },
  "dark phone": { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
};

/** @type {Browser} */
let browser;
/** @type {Simulated} */
let source;
before(async () => {
  browser = await launch();
  source = await Simulated.start(SIZE, FAST);
  const { crowd } = source;
  const [peer] = crowd.peersOf(crowd.channels[0].id);
  crowd.slow = [{ ...peer, client: { ...peer.client, lagging_since: Date.now(), waiting_bytes: 100_000 } }];
  const kinds = ["joined", "left", "cut", "linked", "unlinked"];
  crowd.events = kinds.map((kind, number) => ({
    ...{ id: `0-${number}`, at: Date.now() - 1000 * number, kind, detail: "why" },
    ...{ channel: crowd.channels[0].id, peer: "somebody", link: crowd.links[0].id },
  }));
});
after(async () => {
  await browser?.close();
  await source?.stop();
});

/**
 * Waits until a view shows what it has.
 * @param {Page} page
 * @param {keyof typeof VIEWS} view
 */
async function ready(page, view) {
  if (view === "network") await line(page, "Links to other proxies", "192.0.2.7").waitFor();
  if (view === "events") await line(page, "Events", "was cut").waitFor();
  if (view === "tester") await page.getByRole("heading", { name: "Same name, same channel" }).waitFor();
  if (view !== "channels") return;
  await page.getByRole("button", { name: "channel-0", exact: true }).click();
  await line(page, "Peers", "peer-7").first().waitFor();
}

for (const [screen, options] of Object.entries(SCREENS)) {
  for (const view of /** @type {(keyof typeof VIEWS)[]} */ (Object.keys(VIEWS))) {
    test(`${VIEWS[view]} fits and has no serious finding: ${screen}`, async () => {
      const page = await look(browser, source.http, view, { token: "simulated", ...options });
      await ready(page, view);
      await fits(page);
      await axe(page);
      await picture(page, `console-${view}-${screen.replace(" ", "-")}`);
      // The simulated source has no client for pages.
      await end(
        Object.assign(page, { faults: page.faults.filter((fault) => !fault.includes("networkwebsockets.mjs")) }),
      );
    });
  }
}

test("the first view needs no scrolling on a usual screen, whatever is wrong", async () => {
  const page = await look(browser, source.http, "network", { token: "simulated", ...SCREENS.desktop });
  await ready(page, "network");
  for (const title of [/^Links/, /^Not linked/, /^Slow or cut/, /^Picture/, /^Rates/]) {
    const box = await card(page, title).boundingBox();
    assert.ok(box && box.y >= 0 && box.y + box.height <= 720 && box.x + box.width <= 1280, `${title}`);
  }
  const items = card(page, /^Not linked/).getByRole("listitem");
  const [list, first] = [await card(page, /^Not linked/).boundingBox(), await items.first().boundingBox()];
  assert.ok(list && first && first.y + first.height <= list.y + list.height, "the first item is cut off");
  await end(page);
});

/**
 * Moves the focus on until it is somewhere.
 * @param {Page} page
 * @param {string} name of a control
 */
async function tabTo(page, name) {
  for (let step = 0; step < STEPS_AT_MOST; step += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const { ariaLabel, textContent } = document.activeElement ?? document.body;
      return ariaLabel ?? textContent;
    });
    if (focused?.trim() === name) return;
  }
  throw new Error(`the focus does not get to “${name}”`);
}

test("all can be done with the keyboard", async () => {
  const page = await look(browser, source.http, "network", { token: "simulated", ...SCREENS.desktop });
  await ready(page, "network");
  await tabTo(page, "Links to other proxies");
  await page.keyboard.press("End");
  await tabTo(page, "Dial now host-0.example:9010");
  await page.keyboard.press("Enter");
  await page.getByText("host-0.example:9010 is being dialled.").waitFor();
  await tabTo(page, "Disconnect peer-0");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  assert.equal(await page.locator(":focus").textContent(), "Cancel");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.equal(await page.locator(":focus").getAttribute("aria-label"), "Disconnect peer-0");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("peer-0 was disconnected.").waitFor();
  await page.goto(`${source.http}/#/network`);
  await tabTo(page, "Channels");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "channel-1", exact: true }).waitFor();
  await tabTo(page, "Filter channels");
  await page.keyboard.type("channel-39");
  await tabTo(page, "channel-39");
  await page.keyboard.press("Space");
  await line(page, "Peers", "peer-0").waitFor();
  await tabTo(page, "Peer");
  await page.keyboard.press("Enter");
  await page.getByRole("columnheader", { name: "Peer" }).and(page.locator("[aria-sort=descending]")).waitFor();
  assert.match((await line(page, "Peers", "peer-").first().textContent()) ?? "", /^peer-9/);
  await end(page);
});

test("a change of the state is said once, and numbers that go on are not", async () => {
  const page = await look(browser, source.http, "network", { token: "simulated", ...SCREENS.desktop });
  await ready(page, "network");
  const [slow] = source.crowd.slow;
  source.change("slow", [{ ...slow, client: { ...slow.client, lagging_since: Date.now() } }]);
  await sentence(page)
    .filter({ hasText: /peer-0 reads too slowly, for \d s/ })
    .waitFor();
  await page.evaluate(() => {
    const spoken = /** @type {HTMLElement} */ (document.getElementById("spoken"));
    const said = [spoken.textContent ?? ""];
    Object.assign(window, { seen: said });
    new MutationObserver(() => said.push(spoken.textContent ?? "")).observe(spoken, { childList: true });
  });
  const first = await sentence(page).textContent();
  await page.waitForFunction((text) => document.getElementById("sentence")?.textContent !== text, first);
  assert.equal((await page.evaluate(() => seen))?.length, 1);
  const hangs = trouble("threads", 1, "1 of 2 threads of the proxy does not answer.", "bad");
  source.change("proxy", [source.crowd.judged(hangs)]);
  await page.waitForFunction(() => (seen?.length ?? 0) === 2);
  source.change("proxy", [source.crowd.judged()]);
  await end(page);
});
