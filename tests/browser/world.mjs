/** What a test file starts before its tests and ends after them: a proxy, a Chromium, two sites. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";

import { chromium } from "playwright-core";

import { FLAGS } from "../../polyfill/test/flags.mjs";
import { DEADLINE_MS } from "./deadline.mjs";
import { memberPages } from "./pages.mjs";
import { NwsProxy, TARGET } from "./proxy.mjs";
import { Site } from "./site.mjs";

/** @import { Browser, BrowserContextOptions, Page } from "playwright-core" */

/** @typedef {{proxy: NwsProxy, browser: Browser, sites: Site[]}} World */

/** @returns {World} filled before the first test */
export function world() {
  // Tests begin after `before`, and so read nothing that is not there.
  const started = /** @type {World} */ ({});
  before(async () => {
    started.proxy = await NwsProxy.start();
    started.browser = await launch();
    const pages = memberPages(started.proxy);
    started.sites = [await Site.start("localhost", pages), await Site.start("127.0.0.1", pages)];
  });
  after(async () => {
    await started.browser?.close();
    await Promise.all((started.sites ?? []).map((site) => site.stop()));
    await started.proxy?.stop();
  });
  return started;
}

/**
 * Starts Chromium, or what is one on another machine.
 * @param {string} [executablePath]
 * @param {string[]} [flags]
 */
export function launch(executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium", flags = []) {
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}

/** A page, with what went wrong in it. @typedef {Page & {faults: string[]}} Tab */

/**
 * A tab of a person's own, whose every error is shown, and kept in `faults`.
 * @param {Browser} browser
 * @param {BrowserContextOptions} [options]
 * @returns {Promise<Tab>}
 */
export async function tab(browser, options = {}) {
  const context = await browser.newContext(options);
  /** @type {string[]} */
  const faults = [];
  const page = Object.assign(await context.newPage(), { faults });
  page.setDefaultTimeout(DEADLINE_MS);
  /** @param {string} text */
  const fault = (text) => {
    console.error(`in the page: ${text}`);
    page.faults.push(text);
  };
  page.on("pageerror", (error) => fault(error.message));
  page.on("console", (message) => message.type() === "error" && fault(`${message.text()} ${message.location().url}`));
  return page;
}

/**
 * Leaves a picture for a look under the target folder.
 * @param {Page} page
 * @param {string} name
 */
export async function picture(page, name) {
  const pictures = join(TARGET, "screenshots");
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}
