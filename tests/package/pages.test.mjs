/** The installed package in pages and workers as Chromium loads them, without any tool between. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { tab } from "../browser/world.mjs";
import { PAGES, PAIR, scriptPage, workerPage } from "./pages.mjs";
import { place } from "./place.mjs";

const here = place({ ...PAGES, ...PAIR });

/** @param {string} page */
const at = (page) => `${here.site.origin}/${page}`;

test("by script tag", () => here.converses(at("script.html")));

test("by script tag, from the proxy", async () => {
  await here.project.write({ "served.html": scriptPage(`${here.proxy.http}/networkwebsockets.js`) });
  await here.converses(at("served.html"));
});

test("by import map", () => here.converses(at("map.html")));

test("by import of a URL", () => here.converses(at("url.html")));

test("a page from the disk talks with one from a site", async () => {
  const page = await tab(here.browser);
  const address = new URLSearchParams({ proxy: here.proxy.ws, channel: "pair" });
  await page.goto(`${pathToFileURL(join(here.project.folder, "parrot.html"))}?${address}`);
  await here.listens(at("listener.html"));
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

for (const kind of ["dedicated", "shared", "service"]) {
  for (const type of ["classic", "module"]) {
    test(`in a ${kind} worker, ${type}`, async () => {
      const page = `${kind}-${type}.html`;
      await here.project.write({ [page]: workerPage(kind, type) });
      await here.listens(at(page));
    });
  }
}
