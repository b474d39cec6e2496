/** What holds for every demo: findings, width, keyboard, other origins, sources, size. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { NwsProxy } from "../browser/proxy.mjs";
import { launch, picture, tab } from "../browser/world.mjs";
import { ALLOWED, DEVICES } from "./conference-meeting.mjs";
import { axe, connected, DEMOS, elsewhere, end, enter, fits } from "./visit.mjs";

/**
 * @import { Browser, Page } from "playwright-core"
 * @import { Site } from "../browser/site.mjs"
 */

const DEMO_NAMES = readdirSync(DEMOS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !["shared", "dist"].includes(entry.name))
  .map(({ name }) => name);
const WIDTHS = [360, 390, 600, 768, 1024, 1440];
const LOADED_AT_MOST = 60 * 1024;
/** @type {("light" | "dark")[]} */
const COLOURS = ["light", "dark"];

/** @type {NwsProxy} */
let proxy;
/** @type {Browser} */
let browser;
/** @type {Site} */
let site;

before(async () => {
  proxy = await NwsProxy.start();
  browser = await launch(undefined, DEVICES);
  site = await elsewhere();
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await proxy?.stop();
});

/** @param {string} demo */
const address = (demo) => `${proxy.http}/demo/${demo}/`;

/**
 * Whether the page has no sideways scrolling at any width between a phone and a desktop.
 * @param {Page} page
 */
async function fitsEverywhere(page) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    await fits(page);
  }
}

/**
 * All that a page gets from its first request on, but pictures.
 * @param {Page} page
 */
function weigh(page) {
  /** @type {Promise<Buffer>[]} */
  const bodies = [];
  page.on("response", (response) => {
    if (!/\.(webp|png|svg)$/.test(new URL(response.url()).pathname))
      bodies.push(response.body().catch(() => Buffer.alloc(0)));
  });
  return async () => (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0);
}

/**
 * The elements that Tab reaches, in order, until it comes round: by way of the window itself, once.
 * @param {Page} page
 */
async function tabbed(page) {
  /** @type {{isNew: boolean, seen: boolean, html: string}[]} */
  const reached = [];
  for (let ends = 0; ends < 2; ) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(() => {
      const { activeElement: element } = document;
      if (!(element instanceof HTMLElement) || element === document.body) return null;
      const { outlineStyle, boxShadow } = getComputedStyle(element);
      const isNew = !element.dataset.reached;
      element.dataset.reached = "yes";
      return {
        isNew,
        seen: outlineStyle !== "none" || boxShadow !== "none",
        html: element.outerHTML.slice(0, 120),
      };
    });
    if (!now?.isNew) ends += 1;
    else reached.push(now);
  }
  return reached;
}

/**
 * Controls that are visible and enabled, but were not reached. One of a group of radio buttons is
 * enough.
 * @param {Page} page
 */
const unreached = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex="0"]')]
      .filter(
        (element) =>
          !element.matches(':disabled, [type="radio"], [data-reached]') &&
          element.checkVisibility({ visibilityProperty: true }),
      )
      .map((element) => element.outerHTML.slice(0, 120)),
  );

/** @param {string} folder */
const sourcesOf = (folder) => readdirSync(join(DEMOS, folder)).filter((file) => /\.(html|js|css)$/.test(file));

for (const demo of DEMO_NAMES) {
  test(`${demo}: start card and room have no serious finding and fit, light and dark`, async () => {
    for (const colorScheme of COLOURS) {
      const page = await tab(browser, { ...ALLOWED, colorScheme });
      await page.goto(address(demo));
      await page.getByLabel("Your name").waitFor();
      await axe(page);
      await fitsEverywhere(page);
      await picture(page, `every-${demo}-start-${colorScheme}`);
      await page.getByLabel("Your name").fill("Ann");
      await page.keyboard.press("Enter");
      await connected(page);
      await axe(page);
      await fitsEverywhere(page);
      await picture(page, `every-${demo}-room-${colorScheme}`);
      await end(page);
    }
  });

  test(`${demo}: without a proxy it says so, without a serious finding, and joins when there is one`, async (t) => {
    const own = await NwsProxy.during(t);
    const page = await tab(browser, ALLOWED);
    await page.goto(`${site.origin}/${demo}/?proxy=${own.ws}`);
    await own.stop();
    await page.getByLabel("Your name").fill("Ann");
    await page.getByRole("button", { name: "Join", exact: true }).click();
    await page.getByRole("heading", { name: "No proxy found" }).waitFor();
    await axe(page);
    await fitsEverywhere(page);
    await picture(page, `every-${demo}-trouble`);
    await own.again();
    await connected(page);
    await page.context().close();
  });

  test(`${demo}: the keyboard alone joins and reaches every control, and the focus is seen`, async () => {
    const page = await tab(browser, { ...ALLOWED, viewport: { width: 1280, height: 800 } });
    await page.goto(address(demo));
    await page.getByLabel("Your name").waitFor();
    await page.keyboard.type("Ann");
    await page.keyboard.press("Enter");
    await connected(page);
    const reached = await tabbed(page);
    assert.deepEqual(
      reached.filter(({ seen }) => !seen),
      [],
    );
    assert.deepEqual(await unreached(page), []);
    await end(page);
  });

  test(`${demo}: two pages of different origins meet in one channel`, async () => {
    const far = await enter(browser, `${site.origin}/${demo}/?proxy=${proxy.ws}`, "Far", `${demo}-far`, ALLOWED);
    const near = await enter(browser, address(demo), "Near", `${demo}-far`, ALLOWED);
    await far.locator("#room").getByText("Near").first().waitFor();
    await near.locator("#room").getByText("Far").first().waitFor();
    await end(far, near);
  });

  test(`${demo}: all that the page loads stays small, and its whole source is linked`, async (t) => {
    const page = await tab(browser, ALLOWED);
    const weight = weigh(page);
    await page.goto(address(demo));
    await page.getByLabel("Your name").waitFor();
    const links = await page
      .locator(".sources a")
      .evaluateAll((all) => all.map((link) => (link instanceof HTMLAnchorElement ? link.href : "")));
    const [own, shared] = await Promise.all(links.map(async (link) => (await page.request.get(link)).text()));
    for (const [text, folder] of [
      [own, demo],
      [shared, "shared"],
      [shared, "shared/transfer"],
    ]) {
      for (const file of sourcesOf(folder))
        assert.ok(text.includes(readFileSync(join(DEMOS, folder, file), "utf8")), `${folder}/${file}`);
    }
    await page.getByLabel("Your name").fill("Ann");
    await page.keyboard.press("Enter");
    await connected(page);
    const bytes = await weight();
    t.diagnostic(`${demo}: ${(bytes / 1024).toFixed(1)} KB by gzip`);
    assert.ok(bytes > 20_000 && bytes <= LOADED_AT_MOST, `${bytes} bytes`);
    await end(page);
  });
}

test("the list of demos weighs little, and the keyboard reaches all of it", async () => {
  const page = await tab(browser);
  const weight = weigh(page);
  await page.goto(`${proxy.http}/demo/`);
  await page.getByRole("link", { name: "console" }).waitFor();
  assert.ok((await weight()) < 10 * 1024);
  assert.ok((await tabbed(page)).every(({ seen }) => seen));
  assert.deepEqual(await unreached(page), []);
  await fitsEverywhere(page);
  await end(page);
});
