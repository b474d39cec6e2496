/** A Firefox, driven by WebDriver BiDi. */

import { existsSync } from "node:fs";

import { launch } from "puppeteer-core";

import { DEADLINE_MS } from "../browser/deadline.mjs";

/** @import { Browser, Page } from "puppeteer-core" */

export function firefox() {
  const executablePath = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
  if (!existsSync(executablePath)) {
    throw new Error(`${executablePath} is missing: install Firefox, or name its program in the variable FIREFOX`);
  }
  return launch({ browser: "firefox", executablePath, headless: true, timeout: DEADLINE_MS });
}

/** @returns {string[]} */
const noFaults = () => [];

/** @typedef {Page & {faults: string[]}} Tab */

/**
 * A page that shows its errors, and keeps them in `faults`.
 * @param {Browser} browser
 * @param {string} url
 * @returns {Promise<Tab>}
 */
export async function open(browser, url) {
  const page = Object.assign(await browser.newPage(), { faults: noFaults() });
  page.on("pageerror", (error) => {
    console.error(`in the page: ${error.message}`);
    page.faults.push(error.message);
  });
  await page.goto(url);
  return page;
}
