/** The chat demo as a person uses it. */

/** @import { Page } from "playwright-core" */

export { end, enter } from "../demo/visit.mjs";

/** @param {Page} page */
export const people = (page) => page.getByRole("list", { name: "People" }).getByRole("listitem");
/**
 * @param {Page} page
 * @param {string | RegExp} text
 */
export const said = (page, text) => page.getByRole("log").getByRole("listitem").filter({ hasText: text });

/**
 * @param {Page} page
 * @param {string} text
 */
export async function say(page, text) {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
}
