/** The conference in Firefox: it sees and hears another Firefox, and a Chromium. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { DEADLINE_MS, within } from "../browser/deadline.mjs";
import { NwsProxy } from "../browser/proxy.mjs";
import { launch } from "../browser/world.mjs";
import { DEVICES, join, sees } from "./conference-meeting.mjs";
import { end } from "./visit.mjs";

/** @import { Browser } from "playwright-core" */

/**
 * What drives a Firefox. Its types lie with the tests of the package, and may not be installed
 * here.
 * @typedef {object} Fox
 * @property {() => Promise<{newPage(): Promise<FoxPage>}>} createBrowserContext
 * @property {() => Promise<void>} close
 */

/**
 * @typedef {object} FoxPage
 * @property {(event: "pageerror", listener: (error: Error) => void) => void} on
 * @property {(address: string) => Promise<unknown>} goto
 * @property {(selector: string, text: string) => Promise<void>} type
 * @property {(selector: string, edit: (element: Element, value: string) => void, value: string) =>
 *   Promise<void>} $eval
 * @property {(selector: string) => Promise<void>} click
 * @property {(holds: () => unknown, options: {timeout: number}) => Promise<unknown>}
 *   waitForFunction
 * @property {<Result>(call: () => Result | Promise<Result>) => Promise<Result>} evaluate
 * @property {() => {close(): Promise<void>}} browserContext
 */

/** @typedef {FoxPage & {faults: string[]}} FoxTab */

/** A camera and a microphone that make something up, and nobody to be asked. Loopback is the only interface of some machines that test. */
const PREFERENCES = {
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true,
  "media.autoplay.default": 0,
  "media.peerconnection.ice.loopback": true,
};

/** @type {NwsProxy} */
let proxy;
/** @type {Browser} */
let chromium;
/** @type {Fox} */
let firefox;
let address = "";

before(async () => {
  const executablePath = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
  if (!existsSync(executablePath)) {
    throw new Error(`${executablePath} is missing: install Firefox, or name its program in the variable FIREFOX`);
  }
  // The tests of the package have brought along what drives a Firefox.
  const require = createRequire(new URL("../package/package.json", import.meta.url));
  const { launch: start } = await import(pathToFileURL(require.resolve("puppeteer-core")).href);
  proxy = await NwsProxy.start();
  chromium = await launch(undefined, DEVICES);
  firefox = await start({
    browser: "firefox",
    executablePath,
    headless: true,
    timeout: DEADLINE_MS,
    extraPrefsFirefox: PREFERENCES,
  });
  address = `${proxy.http}/demo/webrtc/`;
});
after(async () => {
  await firefox?.close();
  await chromium?.close();
  await proxy?.stop();
});

/**
 * @param {string} name
 * @param {string} channel
 * @returns {Promise<FoxTab>}
 */
async function enter(name, channel) {
  const context = await firefox.createBrowserContext();
  /** @type {string[]} */
  const faults = [];
  const page = Object.assign(await context.newPage(), { faults });
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(address);
  await page.type("#start-name", name);
  await page.$eval(
    "#start-channel",
    (input, value) => {
      if (input instanceof HTMLInputElement) input.value = value;
    },
    channel,
  );
  await page.click('.card button[type="submit"]');
  await page.waitForFunction(() => document.querySelector(".state")?.textContent === "Connected", {
    timeout: DEADLINE_MS,
  });
  await page.evaluate(async () => {
    window.inside = await import(document.querySelector("script")?.src ?? "");
  });
  return page;
}

/**
 * Waits until frames and sound of the only other person have come in.
 * @param {FoxTab} page
 */
function receives(page) {
  return within(
    "frames and sound",
    page.waitForFunction(
      () => {
        const [link] = window.inside.present?.call.links.values() ?? [];
        const totals = link?.measured?.totals;
        return link?.state === "connected" && totals && totals.frames > 5 && totals.soundBytes > 0;
      },
      { timeout: DEADLINE_MS },
    ),
  );
}

/** @param {FoxTab[]} pages */
async function leave(...pages) {
  for (const page of pages) {
    assert.deepEqual(page.faults, []);
    await page.browserContext().close();
  }
}

test("two people with Firefox see and hear each other", async () => {
  const [ann, bob] = [await enter("Ann", "foxes"), await enter("Bob", "foxes")];
  await receives(ann);
  await receives(bob);
  const path = await ann.evaluate(() => [...(window.inside.present?.call.links.values() ?? [])][0].measured?.path);
  assert.equal(path?.protocol, "udp");
  await leave(bob);
  await ann.waitForFunction(() => document.querySelectorAll(".tile").length === 1, { timeout: DEADLINE_MS });
  await leave(ann);
});

test("one with Firefox and one with Chromium see and hear each other", async () => {
  const fox = await enter("Fox", "mixed");
  const chrome = await join(chromium, address, "Chrome", "mixed");
  await sees(chrome, "Fox");
  await receives(fox);
  await end(chrome);
  await fox.waitForFunction(() => document.querySelectorAll(".tile").length === 1, { timeout: DEADLINE_MS });
  await leave(fox);
});
