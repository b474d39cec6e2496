/** The demos as a person uses them: what all of their pages have in common. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { folder, Site } from "../browser/site.mjs";
import { tab } from "../browser/world.mjs";

/**
 * @import { Browser, BrowserContextOptions, Page } from "playwright-core"
 * @import { AxeResults } from "axe-core"
 * @import { Tab } from "../browser/world.mjs"
 */

/** The folder of all demos. */
export const DEMOS = fileURLToPath(new URL("../../demo/", import.meta.url));

/**
 * Opens a page in a tab of one's own and joins a channel.
 * @param {Browser} browser
 * @param {string} address
 * @param {string} name
 * @param {string} channel
 * @param {BrowserContextOptions} [options]
 */
export async function enter(browser, address, name, channel, options = {}) {
  const page = await tab(browser, options);
  await page.goto(address);
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Channel name").fill(channel);
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await connected(page);
  return page;
}

/**
 * Waits until the page is in its room.
 * @param {Page} page
 */
export async function connected(page) {
  await page.getByRole("status").filter({ hasText: "Connected" }).waitFor();
}

/**
 * Closes tabs in which nothing went wrong.
 * @param {Tab[]} pages
 */
export async function end(...pages) {
  for (const page of pages) {
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
}

/** The demos on an origin of their own. */
export function elsewhere() {
  return Site.start("127.0.0.1", folder(DEMOS));
}

/**
 * Asserts that axe finds nothing in the page that is serious, or worse.
 * @param {Page} page
 */
export async function axe(page) {
  const script = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  /** @type {AxeResults} */
  const { violations } = await evaluate(page, `${script}; axe.run({ resultTypes: ['violations'] })`);
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = serious.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]),
  }));
  assert.deepEqual(told, [], `${page.url()} has findings`);
}

/**
 * Runs a script where the page's own policy does not hold.
 * @param {Page} page
 * @param {string} expression
 */
async function evaluate(page, expression) {
  const session = await page.context().newCDPSession(page);
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  assert.equal(exceptionDetails, undefined);
  await session.detach();
  return result.value;
}

/**
 * Asserts that the page is not wider than its window: a graph follows the window with a later frame.
 * @param {Page} page
 */
export async function fits(page) {
  const narrow = page.waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth);
  await narrow.catch(async (cause) => {
    const [own, given] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    throw new Error(`${page.url()}: the page has ${own} px, the window ${given}`, { cause });
  });
}
