/** This build beside the last release: each proxy links to the other, and each npm package works on the other's proxy. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Member, meet } from "../browser/member.mjs";
import { nobody } from "../browser/nobody.mjs";
import { memberPages } from "../browser/pages.mjs";
import { NwsProxy, PROGRAM } from "../browser/proxy.mjs";
import { folder, Site } from "../browser/site.mjs";
import { launch } from "../browser/world.mjs";
import { Partner } from "./partner.mjs";
import { Program } from "./program.mjs";

/**
 * @import { Browser } from "playwright-core"
 * @import { TestContext } from "node:test"
 */

/** Longer than what a proxy encodes in one step. */
const LONG = "long ".repeat(100_000);
const NEW_SCRIPTS = fileURLToPath(new URL("../../polyfill/dist/", import.meta.url));

/** @type {Partner} */
let partner;
/** @type {Browser} */
let browser;
/** Pages with the package of this build, and with that of the partner. @type {Site[]} */
let sites = [];

before(async () => {
  partner = await Partner.unpack();
  browser = await launch();
  const old = await NwsProxy.of(partner.program);
  try {
    const scripts = [NEW_SCRIPTS, await partner.scripts(old)];
    sites = await Promise.all(scripts.map((from) => Site.start("localhost", pages(from))));
  } finally {
    await old.stop();
  }
});
after(async () => {
  await browser?.close();
  await Promise.all(sites.map((site) => site.stop()));
  await partner?.remove();
});

/**
 * Pages of members with the scripts of a package.
 * @param {string} scripts
 */
function pages(scripts) {
  const [page, script] = [memberPages({ http: "" }), folder(scripts)];
  /** @param {string} path */
  return (path) => (path.startsWith("/networkwebsockets.") ? script(path) : page(path));
}

/**
 * A proxy for one test.
 * @param {TestContext} t
 * @param {string} program
 * @param {string[]} flags
 */
async function run(t, program, ...flags) {
  const proxy = await NwsProxy.of(program, ...flags);
  t.after(() => proxy.stop());
  return proxy;
}

/** @param {Site} site */
const address = (site) => `${site.origin}/classic.html`;

/**
 * Two proxies that are linked: the second one dials.
 * @param {TestContext} t
 * @param {string} dialled
 * @param {string} dialling
 */
async function linked(t, dialled, dialling) {
  const { port } = new URL(await nobody());
  const flags = ["--interface", "lo", "--link-port"];
  const one = await run(t, dialled, ...flags, port);
  return [one, await run(t, dialling, ...flags, "0", "--peer", `127.0.0.1:${port}`)];
}

/** @type {[who: string, programs: () => [dialled: string, dialling: string]][]} */
const DIALS = [
  ["the new one dials the old one", () => [partner.program, PROGRAM]],
  ["the old one dials the new one", () => [PROGRAM, partner.program]],
];

for (const [who, programs] of DIALS) {
  test(`programs meet, talk and part across a link: ${who}`, async (t) => {
    const proxies = await linked(t, ...programs());
    const one = await Program.join(t, proxies[0], "upgraded");
    const other = await Program.join(t, proxies[1], "upgraded");
    assert.equal((await one.take("connect")).target, other.id);
    assert.equal((await other.take("connect")).target, one.id);
    await talk(one, other);
    await talk(other, one);
    await one.leave();
    assert.equal((await other.take("disconnect")).target, one.id);
  });

  test(`pages with both packages meet and talk across a link: ${who}`, async (t) => {
    for (const [first, second] of [sites, sites.toReversed()]) {
      const proxies = await linked(t, ...programs());
      const one = await Member.join(browser, address(first), { channel: "pages", proxy: proxies[0] });
      const other = await Member.join(browser, address(second), { channel: "pages", proxy: proxies[1] });
      await one.sees(other.id);
      await other.sees(one.id);
      await chat(one, other);
      await other.leave();
      await one.misses(other.id);
      await one.leave();
    }
  });
}

/**
 * Everything that one can say to the other.
 * @param {Program} from
 * @param {Program} to
 */
async function talk(from, to) {
  for (const data of ["to all", { any: [1, null, "é"] }, LONG]) {
    from.broadcast(data);
    assert.deepEqual(await to.take("broadcast"), { action: "broadcast", source: from.id, data });
    from.tell(to.id, data);
    assert.deepEqual(await to.take("message"), { action: "message", source: from.id, target: to.id, data });
  }
  from.broadcastBytes([0, 127, 255]);
  assert.deepEqual(await to.take("binary"), { action: "binary", source: from.id, data: [1, 0, 127, 255] });
  from.tellBytes(to.id, [7]);
  assert.deepEqual(await to.take("binary"), { action: "binary", source: from.id, data: [2, 7] });
}

/**
 * @param {Member} one
 * @param {Member} other
 */
async function chat(one, other) {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ]) {
    for (const data of ["to all", [0, 127, 255]]) {
      await from.send(data);
      await to.hears(from.id, data);
      await from.sendTo(to.id, data);
      await to.hearsDirectly(from.id, data);
    }
  }
}

/** @type {[which: string, site: () => Site, program: () => string][]} */
const MIXED = [
  ["the new package on the old proxy", () => sites[0], () => partner.program],
  ["the old package on the new proxy", () => sites[1], () => PROGRAM],
];

for (const [which, site, program] of MIXED) {
  test(`pages meet, talk and part with ${which}`, async (t) => {
    const proxy = await run(t, program());
    const [one, other] = await meet(browser, Array(2).fill(address(site())), { channel: "mixed", proxy });
    await chat(one, other);
    await other.leave();
    await one.misses(other.id);
    await one.leave();
  });
}

for (const [how, before, later] of /** @type {[string, () => string, () => string][]} */ ([
  ["an upgrade", () => partner.program, () => PROGRAM],
  ["a downgrade", () => PROGRAM, () => partner.program],
])) {
  test(`pages with both packages find each other again after ${how} of their proxy`, async (t) => {
    const proxy = await run(t, before());
    const members = await meet(browser, sites.map(address), { channel: "again", proxy, reconnect: true });
    const [one, other] = members;
    const ids = members.map(({ id }) => id);
    await proxy.stop();
    await one.misses(ids[1]);
    await other.misses(ids[0]);
    await proxy.again(later());
    await Promise.all(members.map((member) => member.returns()));
    await one.sees(other.id);
    await other.sees(one.id);
    await chat(one, other);
    for (const member of members) await member.leave();
  });
}
