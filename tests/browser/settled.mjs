/** Waits for what a page shows after it has heard: it may draw with a later frame, or with a timer. */

import assert from "node:assert/strict";

/** @import { Locator, Page } from "playwright-core" */

/**
 * Waits until there are exactly so many of them.
 * @param {Locator} locator
 * @param {number} count
 */
export async function counts(locator, count) {
  assert.ok(count > 0, "wait for the first one to be detached");
  await locator.nth(count - 1).waitFor({ state: "attached" });
  await locator.nth(count).waitFor({ state: "detached" });
}

/**
 * Waits until the title of the page begins with a text.
 * @param {Page} page
 * @param {string} start
 */
export async function titled(page, start) {
  await page.waitForFunction((wanted) => document.title.startsWith(wanted), start);
}
