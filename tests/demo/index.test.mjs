/** The list of demos: a card for each, with its picture, and two ways to open it. */

import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { picture, tab, world } from "../browser/world.mjs";
import { axe, DEMOS, elsewhere, end, fits } from "./visit.mjs";

/**
 * @import { BrowserContextOptions } from "playwright-core"
 * @import { Site } from "../browser/site.mjs"
 */

const PICTURE_AT_MOST = 25 * 1024;
/** @type {Record<string, BrowserContextOptions>} */
const VIEWS = {
  desktop: { viewport: { width: 1280, height: 900 } },
  "desktop-dark": { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 } },
  "phone-dark": { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
};
const here = world();
/** @type {Site} */
let site;

before(async () => {
  site = await elsewhere();
});
after(() => site?.stop());

const demos = () =>
  readdirSync(DEMOS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !["shared", "dist"].includes(entry.name))
    .map(({ name }) => name);

/**
 * @param {BrowserContextOptions} [options]
 * @param {string} [address]
 */
async function open(options, address = `${here.proxy.http}/demo/`) {
  const page = await tab(here.browser, options);
  await page.goto(address);
  return page;
}

test("each demo has a card with a picture that is loaded and small enough", async () => {
  const page = await open();
  const cards = page.getByRole("listitem");
  assert.equal(await cards.count(), demos().length);
  for (const demo of demos()) {
    assert.ok(statSync(join(DEMOS, demo, "picture.webp")).size <= PICTURE_AT_MOST, demo);
    const card = cards.filter({ has: page.locator(`a[href^="${demo}/"]`) });
    const image = card.getByRole("img");
    await image.scrollIntoViewIfNeeded();
    await page.waitForFunction((img) => img instanceof HTMLImageElement && img.complete, await image.elementHandle());
    assert.deepEqual(
      await image.evaluate((img) => img instanceof HTMLImageElement && [img.naturalWidth, img.naturalHeight]),
      [640, 400],
      demo,
    );
    assert.ok(((await image.getAttribute("alt")) ?? "").length > 20);
  }
  await end(page);
});

test("a demo opens here, and in a second window beside", async () => {
  const page = await open();
  const second = page.context().waitForEvent("page");
  await page.getByRole("link", { name: "Open in a second window: chat" }).click();
  await (await second).getByLabel("Your name").waitFor();
  assert.equal(await page.title(), "Network Web Sockets demos");
  await page.getByRole("link", { name: "Open here: chat" }).click();
  await page.getByLabel("Your name").waitFor();
  await page.getByRole("link", { name: "All demos" }).click();
  await page.getByRole("heading", { name: "Network Web Sockets demos" }).waitFor();
  await end(page);
});

test("a page from a proxy leads to its console", async () => {
  const page = await open();
  await page.getByRole("link", { name: "console" }).click();
  await page.waitForURL(`${here.proxy.http}/`);
  await end(page);
});

test("from another origin it does not, and the demos go to the proxy that was named", async () => {
  const page = await open({}, `${site.origin}/?proxy=${here.proxy.ws}`);
  await page.waitForFunction(() => document.querySelector(".demos a[href*='?']"));
  assert.equal(await page.getByRole("link", { name: "console" }).count(), 0);
  await page.getByRole("link", { name: "Open here: publish/subscribe" }).click();
  await page.getByLabel("Your name").waitFor();
  assert.equal(new URL(page.url()).search, `?proxy=${here.proxy.ws}`);
  await end(page);
});

for (const [name, options] of Object.entries(VIEWS)) {
  test(`the list fits and has no serious finding on a ${name}`, async () => {
    const page = await open(options);
    await page.waitForFunction(() => [...document.images].every((image) => image.complete));
    await fits(page);
    await axe(page);
    await picture(page, `index-${name}`);
    await end(page);
  });
}
