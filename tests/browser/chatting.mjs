/** The chat demo as a person uses it. */

export { end, enter } from "../demo/visit.mjs";

export const people = (page) => page.getByRole("list", { name: "People" }).getByRole("listitem");
export const said = (page, text) => page.getByRole("log").getByRole("listitem").filter({ hasText: text });

export async function say(page, text) {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
}
