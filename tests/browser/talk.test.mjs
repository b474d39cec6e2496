/** Pages of different sites, loaded in different ways, talk in one channel. */

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { meet, Member } from "./member.mjs";
import { memberPages } from "./pages.mjs";
import { world } from "./world.mjs";

/** @import { Joining } from "./member.mjs" */

const here = world();

/** @param {Member[]} members */
const leave = (members) => Promise.all(members.map((member) => member.leave()));

test("two pages of two origins chat by script tag", async () => {
  const pages = here.sites.map((site) => `${site.origin}/classic.html`);
  const [a, b] = await meet(here.browser, pages, { channel: "origins", proxy: here.proxy });
  await a.send("hello from localhost");
  await b.hears(a.id, "hello from localhost");
  await b.send("hello from 127.0.0.1");
  await a.hears(b.id, "hello from 127.0.0.1");
  await a.send([0, 127, 255]);
  await b.hears(a.id, [0, 127, 255]);
  assert.deepEqual(await a.peers(), [b.id]);
  assert.deepEqual(await b.peers(), [a.id]);
  await leave([a, b]);
});

test("a page with an import and a page with a script tag chat", async () => {
  const [one, other] = here.sites;
  const pages = [`${one.origin}/module.html`, `${other.origin}/classic.html`];
  const [module, classic] = await meet(here.browser, pages, { channel: "import", proxy: here.proxy });
  await module.send("imported");
  await classic.hears(module.id, "imported");
  await classic.send("by tag");
  await module.hears(classic.id, "by tag");
  await leave([module, classic]);
});

test("a page in a file and a page of a site chat", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nws-page-"));
  try {
    const read = memberPages(here.proxy);
    for (const name of ["classic.html", "member.js"]) await writeFile(join(folder, name), await read(`/${name}`));
    const pages = [`file://${folder}/classic.html`, `${here.sites[0].origin}/classic.html`];
    const [file, page] = await meet(here.browser, pages, { channel: "file", proxy: here.proxy });
    await file.send("from a file");
    await page.hears(file.id, "from a file");
    await leave([file, page]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("of three pages, one hears a direct message", async () => {
  const pages = Array(3).fill(`${here.sites[0].origin}/classic.html`);
  const [a, b, c] = await meet(here.browser, pages, { channel: "direct", proxy: here.proxy });
  await a.sendTo(b.id, "for b");
  await b.hearsDirectly(a.id, "for b");
  await b.sendTo(c.id, [1, 2, 3]);
  await c.hearsDirectly(b.id, [1, 2, 3]);
  await c.send("for all");
  // What comes next proves that nothing came before.
  await a.hears(c.id, "for all");
  await b.hears(c.id, "for all");
  await leave([a, b, c]);
});

test("a local and a network channel of one name stay apart", async () => {
  const page = `${here.sites[0].origin}/classic.html`;
  const network = { channel: "same", proxy: here.proxy };
  /** @type {Joining} */
  const local = { ...network, kind: "LocalWebSocket" };
  const [a, b] = await meet(here.browser, [page, page], network);
  const [c, d] = await meet(here.browser, [page, page], local);
  await a.send("to the network");
  await c.send("to this machine");
  await b.hears(a.id, "to the network");
  await d.hears(c.id, "to this machine");
  await leave([a, b, c, d]);
});

test("the client closes with the code and reason that a page gives", async () => {
  const page = `${here.sites[0].origin}/classic.html`;
  const [stays, goes] = await meet(here.browser, [page, page], { channel: "close", proxy: here.proxy });
  await goes.page.evaluate(() => window.member.socket.close(3001, "enough"));
  await goes.misses(stays.id);
  await goes.expect({ type: "close", code: 3001 });
  await stays.misses(goes.id);
  const next = await Member.join(here.browser, page, { channel: "close", proxy: here.proxy });
  await stays.sees(next.id);
  await leave([stays, goes, next]);
});
