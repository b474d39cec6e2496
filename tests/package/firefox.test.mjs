/** The installed package in Firefox: what two sockets of a page, two pages, and a page and its worker say to each other. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { within } from "../browser/deadline.mjs";
import { nobody } from "../browser/nobody.mjs";
import { NwsProxy } from "../browser/proxy.mjs";
import { folder, Site } from "../browser/site.mjs";
import { firefox, open } from "./firefox.mjs";
import { MISS, PAGES, PAIR, workerPage } from "./pages.mjs";
import { Project } from "./project.mjs";
import { CONVERSATION, MISSED, PARROT } from "./transcript.mjs";

/**
 * @import { Browser } from "puppeteer-core"
 * @import { Tab } from "./firefox.mjs"
 */

/** @type {Project} */
let project;
/** @type {Site} */
let site;
/** @type {NwsProxy} */
let proxy;
/** @type {Browser} */
let browser;

before(async () => {
  project = await Project.make({
    ...PAGES,
    ...PAIR,
    ...MISS,
    "worker.html": workerPage("dedicated", "classic"),
  });
  site = await Site.start("localhost", folder(project.folder));
  proxy = await NwsProxy.start();
  browser = await firefox();
});

after(async () => {
  await browser?.close();
  await proxy?.stop();
  await site?.stop();
  await project?.remove();
});

/**
 * @param {string} page
 * @param {Record<string, string>} address
 */
function visit(page, address) {
  return open(browser, `${site.origin}/${page}?${new URLSearchParams(address)}`);
}

/**
 * What a page promises as `heard`. What cannot be reached Firefox reports as errors of the page.
 * @param {Tab} page
 * @param {string} [unreachable] none where all can be reached
 */
async function hears(page, unreachable = "") {
  const heard = await within(
    "what a page hears",
    page.evaluate(() => globalThis.heard),
  );
  assert.deepEqual(
    page.faults.filter((fault) => unreachable === "" || !fault.includes(unreachable)),
    [],
  );
  await page.close();
  return heard;
}

for (const [how, page] of [
  ["script tag", "script.html"],
  ["import map", "map.html"],
]) {
  test(`two sockets of a page, by ${how}`, async () => {
    assert.deepEqual(await hears(await visit(page, { proxy: proxy.ws })), CONVERSATION);
  });
}

test("two pages", async () => {
  const parrot = await visit("parrot.html", { proxy: proxy.ws, channel: "pair" });
  assert.deepEqual(await hears(await visit("listener.html", { proxy: proxy.ws })), PARROT);
  await parrot.close();
});

test("a page and its worker", async () => {
  assert.deepEqual(await hears(await visit("worker.html", { proxy: proxy.ws })), PARROT);
});

test("where no proxy is, a socket fires error and close", async () => {
  const endpoint = await nobody();
  assert.deepEqual(await hears(await visit("miss.html", { proxy: endpoint }), new URL(endpoint).host), MISSED);
});
