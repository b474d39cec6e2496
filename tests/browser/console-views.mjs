/** The views of the console, as a person looks at them. */

import { tab } from "./world.mjs";

/** @import { Browser, BrowserContextOptions, Page } from "playwright-core" */

/** The titles of the views, by what the address says. */
export const VIEWS = { network: "Network", channels: "Channels", events: "Events", tester: "Channel tester" };

/**
 * Opens a view in a tab of one's own.
 * @param {Browser} browser
 * @param {string} origin
 * @param {keyof typeof VIEWS} [view]
 * @param {BrowserContextOptions & {token?: string}} [options]
 */
export async function look(browser, origin, view = "network", { token = "", ...options } = {}) {
  const page = await tab(browser, options);
  // As if this tab had exchanged its code before.
  await page.addInitScript((kept) => kept && sessionStorage.setItem("networkwebsockets-token", kept), token);
  await page.goto(`${origin}/${view === "network" ? "" : `#/${view}`}`);
  return page;
}

/**
 * @param {Page} page
 * @param {keyof typeof VIEWS} view
 */
export function go(page, view) {
  return page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: VIEWS[view] }).click();
}

/** The sentence above the views. @param {Page} page */
export const sentence = (page) => page.locator("#sentence");

/**
 * A card of a view, by its title.
 * @param {Page} page
 * @param {string | RegExp} title
 */
export const card = (page, title) => page.getByRole("region", { name: title }).and(page.locator(".card"));

/**
 * The lines of a table that have a text.
 * @param {Page} page
 * @param {string} table
 * @param {string | RegExp} text
 */
export const line = (page, table, text) =>
  page.getByRole("table", { name: table }).locator("tbody").getByRole("row").filter({ hasText: text });
