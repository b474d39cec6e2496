/** The conference between machines of a network without a way out, and what becomes of it when the network fails. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Lan } from "../browser/lan.mjs";
import { counts } from "../browser/settled.mjs";
import { picture } from "../browser/world.mjs";
import { ALLOWED, DEVICES, faults, hears, join, linked, press, sees, tile, tiles } from "./conference-meeting.mjs";
import { end } from "./visit.mjs";

/**
 * @import { BrowserContextOptions } from "playwright-core"
 * @import { Tab } from "../browser/world.mjs"
 * @import { With } from "../../demo/webrtc/choices.js"
 */

const CONFERENCE = "http://localhost:9009/demo/webrtc/";
/** @type {Lan} */
let lan;

before(async () => {
  lan = await Lan.start(2, DEVICES);
});
after(() => lan?.stop());

/**
 * @param {number} machine
 * @param {string} name
 * @param {string} channel
 * @param {With} [way]
 * @param {BrowserContextOptions} [options]
 */
const enter = (machine, name, channel, way, options) =>
  join(lan.browsers[machine], CONFERENCE, name, channel, way, options);

test("people on two machines see and hear each other, directly by the addresses of the network", async () => {
  const [ann, bob] = [await enter(0, "Ann", "two"), await enter(1, "Bob", "two")];
  for (const { page, name } of [
    { page: ann, name: "Bob" },
    { page: bob, name: "Ann" },
  ]) {
    await sees(page, name);
    await hears(page, name);
    assert.deepEqual(await faults(page, name), { faults: 0, refusal: "" });
  }
  const measured = await ann.waitForFunction(() => window.linkTo("Bob")?.measured?.path);
  const path = await measured.jsonValue();
  assert.ok(path);
  assert.match(path.own.address, /^10\.77\.0\.|^fe80:/);
  assert.match(path.theirs.address, /^10\.77\.0\.|^fe80:/);
  assert.equal(path.protocol, "udp");
  await picture(ann, "conference-lan");
  await end(bob);
  await tile(ann, "Bob").waitFor({ state: "detached" });
  await end(ann);
});

test("where one has a camera, the other needs no device", async () => {
  const [ann, bob] = [await enter(0, "Ann", "one"), await enter(1, "Bob", "one", "nothing", {})];
  await sees(bob, "Ann");
  await end(ann, bob);
});

test("where nobody has a device the page says that browsers hide addresses, they write anyway, and one microphone mends it", async () => {
  const [ann, bob] = [await enter(0, "Ann", "none", "nothing", {}), await enter(1, "Bob", "none", "nothing", {})];
  await tile(ann, "Bob").filter({ hasText: "This browser tells no address under which Bob could reach it" }).waitFor();
  await tile(bob, "Ann").filter({ hasText: "Switch on one of them" }).waitFor();
  await picture(ann, "conference-lan-hidden");
  await press(ann, "Chat");
  await ann.getByRole("textbox", { name: "Message" }).fill("can you read me?");
  await ann.keyboard.press("Enter");
  await press(bob, "Chat (1)");
  await bob.getByRole("log").getByText("can you read me?").waitFor();
  await ann.context().grantPermissions(ALLOWED.permissions);
  await press(ann, "Unmute");
  await hears(bob, "Ann");
  await linked(ann, "Bob");
  await tile(ann, "Bob").filter({ hasText: "no address" }).waitFor({ state: "detached" });
  await end(ann, bob);
});

test("a machine that falls silent is gone for the others, and is there again afterwards", async () => {
  const [ann, bob] = [await enter(0, "Ann", "silent"), await enter(1, "Bob", "silent")];
  await sees(ann, "Bob");
  await lan.unplug(1);
  try {
    await tile(ann, "Bob").waitFor({ state: "detached" });
    await picture(ann, "conference-lan-partition");
  } finally {
    await lan.plug(1);
  }
  await sees(ann, "Bob");
  await sees(bob, "Ann");
  await counts(tiles(ann), 2);
  await end(ann, bob);
});

test("four people on two machines are one conference", async () => {
  const names = ["Ann", "Bob", "Cleo", "Dora"];
  /** @type {Tab[]} */
  const pages = [];
  for (const [index, name] of names.entries())
    pages.push(await enter(index % 2, name, "four", index < 2 ? "both" : "sound", ALLOWED));
  for (const [index, page] of pages.entries()) {
    for (const other of ["Ann", "Bob"].filter((name) => name !== names[index])) await sees(page, other);
    for (const other of names.filter((name) => name !== names[index])) await hears(page, other);
    await counts(tiles(page), 4);
  }
  await picture(pages[3], "conference-lan-four");
  await end(...pages);
});
