/** A Firefox, driven by WebDriver BiDi. */

import { existsSync } from "node:fs";

import { launch } from "puppeteer-core";

import { DEADLINE_MS } from "../browser/deadline.mjs";

export function firefox() {
  const executablePath = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
  if (!existsSync(executablePath)) {
    throw new Error(`${executablePath} is missing: install Firefox, or name its program in the variable FIREFOX`);
  }
  return launch({ browser: "firefox", executablePath, headless: true, timeout: DEADLINE_MS });
}

/** A page that shows its errors, and keeps them in `faults`. */
export async function open(browser, url) {
  const page = await browser.newPage();
  page.faults = [];
  page.on("pageerror", (error) => {
    console.error(`in the page: ${error.message}`);
    page.faults.push(error.message);
  });
  await page.goto(url);
  return page;
}
