/** The conference on one machine, used as a person would: media really flow, and every failure is told with its remedy. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { NwsProxy } from "../browser/proxy.mjs";
import { counts, titled } from "../browser/settled.mjs";
import { launch, picture, tab } from "../browser/world.mjs";
import {
  ALLOWED,
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
import { axe, connected, elsewhere, end, fits } from "./visit.mjs";

/**
 * @import { Browser, BrowserContextOptions } from "playwright-core"
 * @import { Tab } from "../browser/world.mjs"
 * @import { With } from "../../demo/webrtc/choices.js"
 */

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
const NO_FAULT = { faults: 0, refusal: "" };

test("three people see and hear each other, one tile each, and who goes takes the tile along", async () => {
  const names = ["Ann", "Bob", "Cleo"];
  /** @type {Tab[]} */
  const pages = [];
  for (const name of names) pages.push(await enter(name, "trio"));
  for (const [index, page] of pages.entries()) {
    for (const name of names.filter((_, other) => other !== index)) {
      await sees(page, name);
      await hears(page, name);
      assert.deepEqual(await faults(page, name), NO_FAULT);
    }
    await counts(tiles(page), 3);
  }
  await pages[0].locator(".tile.speaking").first().waitFor();
  await picture(pages[0], "conference-three");
  await end(pages[2]);
  for (const page of pages.slice(0, 2)) await tile(page, "Cleo").waitFor({ state: "detached" });
  await end(...pages.slice(0, 2));
});

test("the start card explains itself, and is without findings", async () => {
  const page = await tab(browser, ALLOWED);
  await page.goto(address);
  await page.getByText("http://localhost counts as https does").waitFor();
  await axe(page);
  await picture(page, "conference-start");
  await end(page);
});

test("one with both, one with sound, and one with nothing are together, and each gets what there is", async () => {
  const ann = await enter("Ann", "ways");
  const bob = await enter("Bob", "ways", "sound");
  const cleo = await enter("Cleo", "ways", "nothing", {});
  await sees(bob, "Ann");
  await sees(cleo, "Ann");
  await hears(ann, "Bob");
  await hears(cleo, "Bob");
  await linked(ann, "Cleo");
  await tile(ann, "Cleo").filter({ hasText: "microphone off" }).waitFor();
  assert.equal(await tile(ann, "Bob").getAttribute("data-picture"), "");
  await picture(ann, "conference-ways");
  await press(cleo, "Unmute");
  await cleo.getByText("was not allowed to use the microphone").waitFor();
  await picture(cleo, "conference-refused");
  await end(ann, bob, cleo);
});

test("muting, the camera and the screen reach the others, without a new negotiation where something was sent before", async () => {
  const [ann, bob] = [await enter("Ann", "switches"), await enter("Bob", "switches")];
  await sees(bob, "Ann");
  await press(ann, "Mute");
  await tile(bob, "Ann").filter({ hasText: "microphone off" }).waitFor();
  await press(ann, "Unmute");
  await hears(bob, "Ann");
  await ann.evaluate(() => {
    window.negotiations = 0;
    window.linkTo("Bob")?.connection.addEventListener("negotiationneeded", () => {
      window.negotiations += 1;
    });
  });
  await press(ann, "Camera off");
  await bob.locator('.tile[data-picture=""]').filter({ hasText: "Ann" }).waitFor();
  await press(ann, "Share screen");
  await bob.locator('.tile[data-picture="screen"]').filter({ hasText: "Ann" }).waitFor();
  await sees(bob, "Ann");
  await bob.waitForFunction(() => (window.linkTo("Ann")?.measured?.picture?.width ?? 0) > 320);
  await picture(bob, "conference-screen");
  await press(ann, "Camera on");
  await press(ann, "Stop sharing");
  await bob.locator('.tile[data-picture="camera"]').filter({ hasText: "Ann" }).waitFor();
  await sees(bob, "Ann");
  assert.equal(await ann.evaluate(() => window.negotiations), 0);
  assert.deepEqual(await faults(ann, "Bob"), NO_FAULT);
  await end(ann, bob);
});

test("who came with nothing shares a screen, then switches on microphone and camera", async () => {
  const [ann, bob] = [await enter("Ann", "later", "nothing"), await enter("Bob", "later", "nothing")];
  await linked(bob, "Ann");
  await press(ann, "Share screen");
  await sees(bob, "Ann");
  await press(ann, "Stop sharing");
  await press(ann, "Unmute");
  await hears(bob, "Ann");
  await press(ann, "Camera on");
  await sees(bob, "Ann");
  await bob.locator('.tile[data-picture="camera"]').filter({ hasText: "Ann" }).waitFor();
  await end(ann, bob);
});

test("a device is chosen, a larger picture too, and a microphone that is unplugged is told", async () => {
  const [ann, bob] = [await enter("Ann", "devices"), await enter("Bob", "devices", "nothing")];
  await sees(bob, "Ann");
  await press(ann, "Devices");
  const microphones = ann.getByLabel("Microphone", { exact: true });
  await microphones.locator("option").nth(1).waitFor({ state: "attached" });
  await ann.evaluate(() => {
    window.sent = (kind) => {
      const senders = window.linkTo("Bob")?.connection.getSenders() ?? [];
      const track = senders.map((sender) => sender.track).find((other) => other?.kind === kind);
      if (!track) throw new Error(`Nothing of the kind ${kind} is sent.`);
      return track;
    };
  });
  const former = await ann.evaluate(() => window.sent("audio").getSettings().deviceId);
  await microphones.selectOption({ index: 1 });
  await ann.waitForFunction((id) => ![id, "default"].includes(window.sent("audio").getSettings().deviceId), former);
  await ann.getByLabel("Picture that you send").selectOption("normal");
  await ann.waitForFunction(() => window.sent("video").getSettings().width === 640);
  await axe(ann);
  await picture(ann, "conference-devices");
  await press(ann, "Done");
  await hears(bob, "Ann");
  await ann.evaluate(() => {
    const track = window.sent("audio");
    track.stop();
    track.dispatchEvent(new Event("ended"));
  });
  await ann.getByRole("alert").filter({ hasText: "Your microphone is gone" }).waitFor();
  await tile(bob, "Ann").filter({ hasText: "microphone off" }).waitFor();
  await picture(ann, "conference-unplugged");
  await press(ann, "Unmute");
  await hears(bob, "Ann");
  await end(ann, bob);
});

test("who is refused the camera is told on the start card, and joins with nothing", async () => {
  const page = await tab(browser, {});
  await ask(page, address, "Ann", "refused");
  await page
    .getByRole("alert")
    .filter({ hasText: "was not allowed to use the camera or microphone. Allow it" })
    .waitFor();
  await picture(page, "conference-refused-start");
  await page.getByLabel("Nothing: look and listen").check();
  await press(page, "Join");
  await connected(page);
  await end(page);
});

for (const [name, said] of [
  ["NotFoundError", "There is not both a camera and a microphone"],
  ["NotReadableError", "another program may be using it"],
]) {
  test(`who gets a ${name} from the browser is told what to do`, async () => {
    const page = await tab(browser, ALLOWED);
    await page.addInitScript((failure) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", failure));
    }, name);
    await ask(page, address, "Ann", "failing");
    await page.getByRole("alert").filter({ hasText: said }).waitFor();
    await end(page);
  });
}

test("a page that is not secure says so before anything fails, and where it would be", async () => {
  const page = await tab(browser, {});
  await page.addInitScript(() => {
    Object.defineProperty(window, "isSecureContext", { value: false });
    Object.defineProperty(navigator, "mediaDevices", { value: undefined });
  });
  await page.goto(address);
  await page.getByText("Open it at http://localhost:9009/demo/webrtc/ instead").waitFor();
  assert.equal(await page.getByLabel("Camera and microphone").isDisabled(), true);
  await picture(page, "conference-insecure");
  await end(page);
});

test("a name that is no channel’s is told before the browser asks, and who goes while it asks leaves no device on", async () => {
  const page = await thrifty(browser);
  await page.addInitScript(() => {
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      await new Promise((resolve) => {
        window.allow = () => resolve(undefined);
      });
      window.stream = await open(constraints);
      return window.stream;
    };
  });
  await ask(page, address, "Ann", "no name", "both");
  await page.getByRole("alert").filter({ hasText: "A channel name has 1 to 255 characters" }).waitFor();
  assert.equal(await page.evaluate(() => typeof window.allow), "undefined");
  await page.getByLabel("Channel name").fill("given-up");
  await press(page, "Join");
  await page.waitForFunction(() => window.allow);
  await page.evaluate(() => {
    location.hash = "";
  });
  await page.getByRole("button", { name: "Join", exact: true }).waitFor();
  await page.evaluate(() => window.allow());
  await page.waitForFunction(() => window.stream?.getTracks().every(({ readyState }) => readyState === "ended"));
  assert.equal(await page.getByRole("button", { name: "Join", exact: true }).isVisible(), true);
  await end(page);
});

test("a dialog goes with the room that it belongs to, and a message that nobody gets is told as such", async () => {
  const ann = await enter("Ann", "alone", "nothing");
  await press(ann, "Chat");
  await ann.getByLabel("Message", { exact: true }).fill("Hello?");
  await ann.keyboard.press("Enter");
  await ann.getByText("that message reached nobody").waitFor();
  await press(ann, "Devices");
  await ann.getByRole("dialog", { name: "Devices" }).waitFor();
  await ann.evaluate(() => {
    location.hash = "";
  });
  await ann.getByRole("button", { name: "Join", exact: true }).waitFor();
  assert.equal(await ann.locator("dialog[open]").count(), 0);
  await end(ann);
});

test("a reload joins again with the same choice, and two tabs of one person are two people", async () => {
  const ann = await enter("Ann", "twice", "sound");
  const bob = await enter("Bob", "twice", "nothing");
  await hears(bob, "Ann");
  const second = await ann.context().newPage();
  await second.goto(`${address}#twice`);
  await second.getByRole("button", { name: "Join", exact: true }).click();
  await entered(second);
  await counts(tile(bob, "Ann"), 2);
  await counts(tiles(bob), 3);
  await second.close();
  await counts(tiles(bob), 2);
  await ann.reload();
  await entered(ann);
  await linked(ann, "Bob");
  await hears(bob, "Ann");
  await counts(tiles(bob), 2);
  await end(ann, bob);
});

test("people write beside the conference, also by keyboard only, and what is unread is counted", async () => {
  const [ann, bob] = [await enter("Ann", "words", "nothing"), await enter("Bob", "words", "nothing")];
  await linked(ann, "Bob");
  await ann.waitForFunction(() => window.linkTo("Bob")?.channels.talk.readyState === "open");
  await ann.getByRole("button", { name: "Chat" }).focus();
  await ann.keyboard.press("Enter");
  await ann.keyboard.type("hello <b>Bob</b>");
  await ann.keyboard.press("Enter");
  await bob.getByRole("button", { name: "Chat (1)" }).waitFor();
  await titled(bob, "(1) #words");
  await press(bob, "Chat (1)");
  await bob.getByRole("log").getByText("hello <b>Bob</b>").waitFor();
  await titled(bob, "#words");
  await bob.keyboard.press("Escape");
  await bob.waitForFunction(() => document.activeElement?.textContent === "Chat");
  await axe(ann);
  await picture(ann, "conference-chat");
  await end(ann, bob);
});

test("a file goes over the data channel, with progress, and arrives whole", async () => {
  const [ann, bob] = [await enter("Ann", "file", "nothing"), await enter("Bob", "file", "nothing")];
  await ann.waitForFunction(() => window.linkTo("Bob")?.channels.files.readyState === "open");
  await press(ann, "Chat");
  const bytes = Buffer.alloc(3_000_000, "conference ");
  const [chooser] = await Promise.all([ann.waitForEvent("filechooser"), press(ann, "Send a file")]);
  await chooser.setFiles({ name: "notes.txt", mimeType: "text/plain", buffer: bytes });
  await bob.getByRole("button", { name: "Chat (1)" }).click();
  const [download] = await Promise.all([bob.waitForEvent("download"), press(bob, "Save notes.txt")]);
  assert.equal(download.suggestedFilename(), "notes.txt");
  /** @type {Buffer[]} */
  const arrived = [];
  for await (const piece of await download.createReadStream()) arrived.push(piece);
  assert.ok(Buffer.concat(arrived).equals(bytes), "the file differs");
  await ann.getByText("1 person has it.").waitFor();
  await picture(bob, "conference-file");
  await end(ann, bob);
});

test("the numbers of a connection are drawn and written, with the addresses that carry it", async () => {
  const [ann, bob] = [await enter("Ann", "numbers"), await enter("Bob", "numbers")];
  await sees(ann, "Bob");
  await press(ann, "Connections");
  const panel = ann.getByRole("complementary", { name: "Connections" });
  await panel.getByText(/^Directly by UDP, from .*:\d+ \(\w+\) to .*:\d+ \(\w+\)\.$/).waitFor();
  await panel.getByRole("img", { name: /^Round trip: Round trip [\d.]+ ms/ }).waitFor();
  await panel.getByText(/received \d.*, sent \d/).waitFor();
  await panel.locator("canvas").nth(2).waitFor();
  await axe(ann);
  await picture(ann, "conference-numbers");
  await end(bob);
  await panel.getByText("Nobody else is here.").waitFor();
  await end(ann);
});

/** @type {[string, BrowserContextOptions][]} */
const SCREENS = [
  ["phone", { viewport: { width: 390, height: 844 } }],
  ["phone-dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark" }],
  ["narrow", { viewport: { width: 360, height: 640 }, colorScheme: "dark" }],
  ["desktop-dark", { viewport: { width: 1440, height: 900 }, colorScheme: "dark" }],
];
for (const [name, options] of SCREENS) {
  test(`it fits and is readable as ${name}`, async () => {
    const ann = await enter("Ann", name, "both", { ...ALLOWED, ...options });
    const others = [
      await enter("Bob", name, "nothing"),
      await enter("Cleo with a very long name indeed", name, "nothing"),
    ];
    await linked(ann, "Bob");
    await fits(ann);
    await axe(ann);
    await picture(ann, `conference-${name}`);
    for (const panel of ["Chat", "Connections"]) {
      await press(ann, panel);
      await fits(ann);
      await picture(ann, `conference-${name}-${panel.toLowerCase()}`);
    }
    await end(ann, ...others);
  });
}

test("a page from another site joins the proxy’s own", async (t) => {
  const site = await elsewhere();
  t.after(() => site.stop());
  const far = await join(browser, `${site.origin}/webrtc/?proxy=${proxy.ws}`, "Far", "across");
  const near = await enter("Near", "across", "nothing");
  await sees(near, "Far");
  await end(far, near);
});
