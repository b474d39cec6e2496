/** What a conference stands: reloads, renegotiations of both sides at once, hostile peers, killed browsers, a full channel. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { FLAGS } from "../../polyfill/test/flags.mjs";
import { NwsProxy } from "../browser/proxy.mjs";
import { counts } from "../browser/settled.mjs";
import { launch, picture } from "../browser/world.mjs";
import {
  ask,
  DEVICES,
  entered,
  faults,
  hears,
  join,
  linked,
  press,
  sees,
  thrifty,
  tile,
  tiles,
} from "./conference-meeting.mjs";
import { Stranger } from "./conference-stranger.mjs";
import { end } from "./visit.mjs";

/**
 * @import { Browser, BrowserContextOptions, Page } from "playwright-core"
 * @import { With } from "../../demo/webrtc/choices.js"
 */

const RELOADS = 50;
const RENEGOTIATIONS = 200;

/** @type {NwsProxy} */
let proxy;
/** @type {Browser} */
let browser;
/** @type {string} */
let address;

before(async () => {
  proxy = await NwsProxy.start();
  browser = await launch(undefined, DEVICES);
  address = `${proxy.http}/demo/webrtc/`;
});
after(async () => {
  await browser?.close();
  await proxy?.stop();
});

/**
 * @param {string} name
 * @param {string} channel
 * @param {With} [way]
 * @param {BrowserContextOptions} [options]
 */
const enter = (name, channel, way, options) => join(browser, address, name, channel, way, options);

test(`${RENEGOTIATIONS} times both sides renegotiate at once, without a fault, and media flow afterwards`, async () => {
  const [ann, bob] = [await enter("Ann", "at-once"), await enter("Bob", "at-once", "sound")];
  await sees(bob, "Ann");
  await linked(ann, "Bob");
  /** @type {[Page, string][]} */
  const links = [
    [ann, "Bob"],
    [bob, "Ann"],
  ];
  for (const [page, name] of links) await page.evaluate(prepareRestart, name);
  for (let round = 0; round < RENEGOTIATIONS; round += 1) {
    await Promise.all([ann, bob].map((page) => page.evaluate(() => window.restart())));
  }
  for (const [page, name] of links) {
    assert.deepEqual(await faults(page, name), { faults: 0, refusal: "" });
    await hears(page, name);
    assert.equal(await page.evaluate((who) => window.linkTo(who)?.attempt, name), 1);
  }
  await sees(bob, "Ann");
  const collisions =
    (await ann.evaluate(() => window.linkTo("Bob")?.negotiation.collisions ?? 0)) +
    (await bob.evaluate(() => window.linkTo("Ann")?.negotiation.collisions ?? 0));
  assert.ok(collisions > RENEGOTIATIONS / 10, `both offered at once ${collisions} times: too few to prove anything`);
  await end(ann, bob);
});

/**
 * In the page: a restart of ICE, which ends when the own description is a new one.
 * @param {string} name
 */
function prepareRestart(name) {
  const connection = window.linkTo(name)?.connection;
  if (!connection) throw new Error(`There is no connection to ${name}.`);
  const mark = () => /^a=ice-ufrag:(.*)$/m.exec(connection.localDescription?.sdp ?? "")?.[1];
  window.restart = () =>
    new Promise((resolve) => {
      const before = mark();
      const look = () => {
        if (connection.signalingState !== "stable" || mark() === before) return;
        connection.removeEventListener("signalingstatechange", look);
        resolve();
      };
      connection.addEventListener("signalingstatechange", look);
      connection.restartIce();
    });
}

test(`${RELOADS} reloads of a page leave neither a second tile nor a dead one with the others`, async () => {
  const ann = await enter("Ann", "reloads", "sound");
  const bob = await enter("Bob", "reloads", "nothing");
  await linked(ann, "Bob");
  await ann.evaluate(() => {
    const list = document.getElementById("tiles");
    if (!list) return;
    window.most = 0;
    new MutationObserver(() => {
      window.most = Math.max(window.most, list.childElementCount);
    }).observe(list, { childList: true });
  });
  let id = await bob.evaluate(() => window.inside.present?.room.id);
  for (let time = 0; time < RELOADS; time += 1) {
    await bob.reload();
    await entered(bob);
    const next = await bob.evaluate(() => window.inside.present?.room.id);
    assert.notEqual(next, id);
    id = next;
    await ann.waitForFunction(
      (bobs) => [...(window.inside.present?.stage.places.keys() ?? [])].join() === bobs,
      id ?? "",
    );
    await linked(ann, "Bob");
    await counts(tiles(ann), 2);
  }
  assert.equal(await ann.evaluate(() => window.most), 2);
  // Nobody has pressed anything on this page yet: the browser may want that before it plays sound, or may not.
  const heard = hears(bob, "Ann");
  const pressed = press(bob, "Turn the sound on").catch(() => heard);
  await Promise.race([heard, pressed]);
  await heard;
  await end(ann, bob);
});

test("the tile of somebody whose browser is killed goes", async () => {
  const server = await chromium.launchServer({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [...FLAGS, ...DEVICES],
  });
  const doomed = await chromium.connect(server.wsEndpoint());
  const ann = await enter("Ann", "killed", "nothing");
  await join(doomed, address, "Bob", "killed", "sound");
  await linked(ann, "Bob");
  await server.kill();
  await tile(ann, "Bob").waitFor({ state: "detached" });
  await end(ann);
});

/** @param {number} media */
const sdp = (media) =>
  `v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n${"m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n".repeat(media)}`;
/** @param {object} fields */
const signal = (fields) => JSON.stringify({ type: "signal", attempt: 1, ...fields });

test("a hostile peer is shown as what it is, and stops nobody", async (t) => {
  const [ann, bob] = [await enter("Ann", "hostile", "sound"), await enter("Bob", "hostile", "nothing")];
  await linked(ann, "Bob");
  const mallory = await Stranger.join(t, proxy, "hostile");
  await mallory.meet();
  await ann.getByText("One other program is in this channel").waitFor();
  mallory.greet({ nick: "<img src=x onerror=alert(1)>", picture: { evil: true }, sound: "loud" });
  await tile(ann, "<img src=x").waitFor();
  const victim = await ann.evaluate(() => window.inside.present?.room.id ?? "");
  for (const data of [
    signal({ description: { type: "offer", sdp: "nonsense" } }),
    signal({ description: { type: "answer", sdp: sdp(1) } }),
    signal({ description: { type: "offer", sdp: sdp(1000) } }),
    signal({ description: { type: "offer", sdp: "a".repeat(900_000) } }),
    signal({ description: { type: "rollback" } }),
    signal({ candidate: { candidate: "candidate:nonsense", sdpMid: "7" } }),
    signal({ candidate: { candidate: "c".repeat(5000) } }),
    signal({ source: "forged", target: victim, description: { type: "offer", sdp: sdp(2) } }),
    signal({ attempt: 1e9, candidate: null }),
    signal({ attempt: -1 }),
    JSON.stringify({ type: "say", text: { toString: "evil" } }),
    JSON.stringify({ type: "unheard-of" }),
    "null",
    "[]",
    '"',
    '{"type":"signal"',
    { not: "a text" },
  ]) {
    mallory.tell(victim, data);
    mallory.broadcast(data);
  }
  for (let count = 0; count < 2000; count += 1)
    mallory.tell(
      victim,
      signal({
        candidate: { candidate: `candidate:${count} 1 udp 1 10.0.0.1 ${count} typ host`, sdpMid: "0" },
      }),
    );
  for (let attempt = 2; attempt < 30; attempt += 1) mallory.tell(victim, signal({ attempt }));
  for (let count = 0; count < 2000; count += 1)
    mallory.tell(victim, JSON.stringify({ type: "say", text: `<b>${count}</b>` }));
  await ann.getByRole("button", { name: "Chat (2000)" }).click();
  await ann.getByRole("log").getByText("<b>1999</b>").waitFor();
  assert.ok((await ann.getByRole("log").getByRole("listitem").count()) <= 300);
  const held = await ann.evaluate(() => {
    const links = window.inside.present?.call.links.values() ?? [];
    return [...links].map(({ attempt, addresses }) => [attempt, addresses.theirs.size <= 32]);
  });
  assert.deepEqual(held.sort(), [
    [1, true],
    [29, true],
  ]);
  await picture(ann, "conference-hostile");
  await ann.evaluate(() => window.linkTo("Bob")?.renew());
  await hears(bob, "Ann");
  await end(ann, bob);
});

test("an older page is told apart from a person, another program from both, and one that does not answer is told", async (t) => {
  const ann = await enter("Ann", "older", "nothing");
  const [older, mute, program] = [
    await Stranger.join(t, proxy, "older"),
    await Stranger.join(t, proxy, "older"),
    await Stranger.join(t, proxy, "older"),
  ];
  older.greet({ nick: "Older", call: undefined });
  mute.greet({ nick: "Mute" });
  program.greet({ nick: "Chatter", demo: "chat" });
  await tile(ann, "Older").filter({ hasText: "has another version of the page: reload both" }).waitFor();
  await tile(ann, "Mute").filter({ hasText: "Mute does not answer" }).waitFor();
  await ann.getByText("One other program is in this channel").waitFor();
  await counts(tiles(ann), 3);
  assert.equal(await ann.evaluate(() => window.inside.present?.call.links.size), 1);
  await picture(ann, "conference-older");
  await end(ann);
});

test("a channel that is full is told, and joined as soon as somebody leaves", async (t) => {
  const small = await NwsProxy.during(t, "--max-peers-per-channel", "2");
  const there = `${small.http}/demo/webrtc/`;
  const ann = await join(browser, there, "Ann", "full", "nothing");
  const bob = await join(browser, there, "Bob", "full", "nothing");
  const cleo = await thrifty(browser, {});
  await ask(cleo, there, "Cleo", "full", "nothing");
  await cleo.getByRole("heading", { name: "Cannot connect" }).waitFor();
  await picture(cleo, "conference-full");
  await end(bob);
  await entered(cleo);
  await linked(ann, "Cleo");
  for (const page of [ann, cleo]) await page.context().close();
});

test("a conference goes on after its proxy was restarted", async (t) => {
  const own = await NwsProxy.during(t);
  const ann = await join(browser, `${own.http}/demo/webrtc/`, "Ann", "restart", "sound");
  const bob = await join(browser, `${own.http}/demo/webrtc/`, "Bob", "restart", "nothing");
  await hears(bob, "Ann");
  await own.stop();
  for (const page of [ann, bob]) await page.getByRole("status").filter({ hasText: "Connection lost" }).waitFor();
  await counts(tiles(bob), 1);
  await picture(bob, "conference-lost");
  await own.again();
  await hears(bob, "Ann");
  await counts(tiles(bob), 2);
  for (const page of [ann, bob]) await page.context().close();
});
