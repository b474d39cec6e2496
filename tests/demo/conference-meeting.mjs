/** The conference as a person uses it, and a look at what really flows. */

import { tab } from "../browser/world.mjs";
import { connected } from "./visit.mjs";

/**
 * @import { Browser, BrowserContextOptions, Page } from "playwright-core"
 * @import { With } from "../../demo/webrtc/choices.js"
 */

/** A camera that shows a clock, a microphone that beeps each second, and a screen to share, which is a tab. */
export const DEVICES = [
  "--use-fake-device-for-media-stream=fps=15",
  "--auto-select-tab-capture-source-by-title=Conference",
];
/** Options of a browsing context whose person lets the page use them. */
export const ALLOWED = { permissions: ["camera", "microphone"] };

const WAYS = { both: "Camera and microphone", sound: "Sound only", nothing: "Nothing: look and listen" };

/**
 * Fills the start card in and presses Join, with `both`, `sound` or `nothing`.
 * @param {Page} page
 * @param {string} address
 * @param {string} name
 * @param {string} channel
 * @param {With} [way]
 */
export async function ask(page, address, name, channel, way = "both") {
  await page.goto(address);
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Channel name").fill(channel);
  await page.getByLabel(WAYS[way]).check();
  await page.getByRole("button", { name: "Join", exact: true }).click();
}

/**
 * A tab of one's own, whose person has chosen the small picture: several at once are work for a
 * machine.
 * @param {Browser} browser
 * @param {BrowserContextOptions} [options]
 */
export async function thrifty(browser, options = ALLOWED) {
  const page = await tab(browser, options);
  await page.addInitScript(() => {
    sessionStorage["networkwebsockets-webrtc"] ??= JSON.stringify({ quality: "small" });
  });
  return page;
}

/**
 * Opens the page in such a tab and joins.
 * @param {Browser} browser
 * @param {string} address
 * @param {string} name
 * @param {string} channel
 * @param {With} [way]
 * @param {BrowserContextOptions} [options]
 */
export async function join(browser, address, name, channel, way = "both", options = ALLOWED) {
  const page = await thrifty(browser, options);
  await ask(page, address, name, channel, way);
  await entered(page);
  return page;
}

/**
 * Waits until the page is in its room, and makes what is going on there visible as
 * `inside.present`.
 * @param {Page} page
 */
export async function entered(page) {
  await connected(page);
  await page.evaluate(async () => {
    const script = document.querySelector("script");
    if (!script) throw new Error("The page has no script.");
    window.inside = await import(script.src);
    window.linkTo = (name) => {
      const people = [...(window.inside.present?.room.people.values() ?? [])];
      const person = people.find((other) => other.name === name);
      return person && window.inside.present?.call.links.get(person.id);
    };
  });
}

/** @param {Page} page */
export const tiles = (page) => page.getByRole("list", { name: "People" }).getByRole("listitem");
/**
 * @param {Page} page
 * @param {string} name
 */
export const tile = (page, name) => tiles(page).filter({ hasText: name });
/**
 * @param {Page} page
 * @param {string} name
 */
export const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/**
 * Waits until frames of somebody are decoded, more than there are now.
 * @param {Page} page
 * @param {string} name
 */
export async function sees(page, name) {
  await linked(page, name);
  const frames = await page.evaluate((who) => window.linkTo(who)?.measured?.totals.frames ?? 0, name);
  await page.waitForFunction(({ who, before }) => (window.linkTo(who)?.measured?.totals.frames ?? 0) > before + 5, {
    who: name,
    before: frames,
  });
}

/**
 * Waits until somebody is heard: what comes in is louder than silence, from now on.
 * @param {Page} page
 * @param {string} name
 */
export async function hears(page, name) {
  await linked(page, name);
  const energy = await page.evaluate((who) => window.linkTo(who)?.measured?.totals.soundEnergy ?? 0, name);
  await page.waitForFunction(
    ({ who, before }) => (window.linkTo(who)?.measured?.totals.soundEnergy ?? 0) > before + 1e-5,
    { who: name, before: energy },
  );
}

/**
 * Waits until the connection to somebody stands.
 * @param {Page} page
 * @param {string} name
 */
export async function linked(page, name) {
  await page.waitForFunction((who) => window.linkTo(who)?.state === "connected", name);
}

/**
 * What the browsers refused while the two negotiated.
 * @param {Page} page
 * @param {string} name
 */
export function faults(page, name) {
  return page.evaluate((who) => {
    const link = window.linkTo(who);
    return { faults: link?.negotiation.faults, refusal: link?.refusal };
  }, name);
}
