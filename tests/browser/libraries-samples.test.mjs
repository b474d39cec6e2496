/** The samples of docs/streams.md, run as they are, in pages of two sites. */

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join, normalize } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { module } from "./libraries/bundle.mjs";
import { stage } from "./libraries/stage.mjs";
import { tab } from "./world.mjs";

/** @import { Tab } from "./world.mjs" */

const SAMPLES = fileURLToPath(new URL("../samples", import.meta.url));
const DOC = new URL("../../docs/streams.md", import.meta.url);

const here = stage(async (proxy) => (path) => {
  const file = join(SAMPLES, normalize(path));
  return path.endsWith(".js") ? module(file, proxy) : readFile(file);
});

/**
 * @param {number} site
 * @param {string} page
 */
async function open(site, page) {
  const opened = await tab(here.browser);
  await opened.goto(`${here.sites[site].origin}/${page}`);
  return opened;
}

/**
 * Pages of a sample: one that serves and two that call, which come before and after it.
 * @param {string} name
 * @param {(server: Tab, callers: Tab[]) => Promise<void>} body
 */
async function sample(name, body) {
  const early = await open(1, `${name}/call.html`);
  const server = await open(0, `${name}/serve.html`);
  const late = await open(1, `${name}/call.html`);
  await body(server, [early, late]);
  for (const page of [early, server, late]) {
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
}

/**
 * Waits until an element has this text.
 * @param {Tab} page
 * @param {string} element
 * @param {string} text
 */
const shows = (page, element, text) => page.locator(element, { hasText: new RegExp(`^${text}$`) }).waitFor();

test("Cap'n Web: a board that two pages write on, and that leaves and comes back", async () => {
  await sample("capnweb", async (server, callers) => {
    for (const [n, caller] of callers.entries()) {
      await shows(caller, "#state", "a board is here");
      await caller.fill("input", `line ${n}`);
      await caller.click("button");
      await shows(caller, "#state", `line ${n + 1} is written`);
    }
    for (const page of [server, ...callers]) {
      for (const n of [1, 2]) await shows(page, `li:nth-child(${n})`, `.{4}: line ${n - 1}`);
    }
    await callers[0].reload();
    await shows(callers[0], "li:nth-child(2)", ".{4}: line 1");
    await server.goto("about:blank");
    for (const caller of callers) await shows(caller, "#state", "the board has left");
    assert.ok(await callers[0].isDisabled("button"));
    await server.goBack();
    for (const caller of callers) await shows(caller, "#state", "a board is here");
  });
});

test("birpc: a lamp and two remote controls that call each other", async () => {
  await sample("birpc", async (server, callers) => {
    for (const caller of callers) await shows(caller, "#lamp", "off");
    for (const [page, state] of /** @type {[Tab, string][]} */ ([
      [callers[0], "on"],
      [callers[1], "off"],
      [server, "on"],
    ])) {
      await page.click("button");
      for (const each of [server, ...callers]) await shows(each, "#lamp", state);
    }
    await server.reload();
    for (const caller of callers) await shows(caller, "#lamp", "off");
    await server.goto("about:blank");
    for (const caller of callers) await shows(caller, "#lamp", "the lamp has left");
    assert.ok(await callers[0].isDisabled("button"));
  });
});

test("graphql-ws: votes that a page counts, and subscriptions that go on when it comes back", async () => {
  await sample("graphql-ws", async (server, callers) => {
    for (const caller of callers) await shows(caller, "#votes", "0");
    for (const caller of callers) await caller.click("button");
    for (const page of [server, ...callers]) await shows(page, "#votes", "2");
    await server.goto("about:blank");
    for (const caller of callers) await shows(caller, "#state", "nobody counts");
    await server.goBack();
    for (const caller of callers) await shows(caller, "#votes", "0");
    await callers[0].click("button");
    for (const page of [server, ...callers]) await shows(page, "#votes", "1");
  });
});

test("docs/streams.md has the samples, and the versions that are tested", async () => {
  const text = await readFile(DOC, "utf8");
  const blocks = new Set([...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code));
  for (const name of await readdir(SAMPLES)) {
    for (const file of ["serve.js", "call.js"]) {
      assert.ok(blocks.has(await readFile(join(SAMPLES, name, file), "utf8")), `${name}/${file} is in the page`);
    }
  }
  const { devDependencies } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  const rows = [...text.matchAll(/^\| `(\S+)` \| (\S+) \|/gm)].map(([, name, version]) => [name, version]);
  assert.ok(rows.length >= 7, `${rows}`);
  for (const [name, version] of rows) assert.equal(version, devDependencies[name], name);
});
