/** Files in the chat as people hand them over: by button, paste and drop, small and large, cancelled, interrupted, and from strangers. */

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { people, said } from "../browser/chatting.mjs";
import { NwsProxy } from "../browser/proxy.mjs";
import { picture, world } from "../browser/world.mjs";
import { attach, bring, card, chosenPlace, hurry, png, savedHash } from "./chatting-files.mjs";
import { Stranger } from "./stranger.mjs";
import { axe, end, enter as visit, fits } from "./visit.mjs";

/** @import { BrowserContextOptions, Page } from "playwright-core" */

const MIB = 1024 * 1024;
/** Above what is collected in memory, so that a place is asked for. */
const LARGE = 40 * MIB;
const PNG = png(320, 200);

const here = world();
/** @type {string} */
let folder;
/** @type {{path: string, hash: string}} */
let large;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "nws-chat-"));
  const bytes = randomBytes(LARGE);
  large = { path: join(folder, "large.bin"), hash: sha256(bytes) };
  await writeFile(large.path, bytes);
});
after(() => folder && rm(folder, { recursive: true }));

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
/**
 * @param {string} name
 * @param {string} channel
 * @param {BrowserContextOptions} [options]
 * @param {NwsProxy} [proxy]
 */
const enter = (name, channel, options = {}, proxy = here.proxy) =>
  visit(here.browser, `${proxy.http}/demo/chat/`, name, channel, options);
/**
 * @param {Page} page
 * @param {string} name
 */
const button = (page, name) => page.getByRole("button", { name, exact: true });
/**
 * @param {Page} page
 * @param {string} name
 * @param {string | RegExp} words
 */
const under = (page, name, words) => card(page, name).getByText(words);

/**
 * @param {string} channel
 * @param {BrowserContextOptions} [options]
 * @param {NwsProxy} [proxy]
 */
async function couple(channel, options = {}, proxy = here.proxy) {
  const pages = [await enter("Ann", channel, options, proxy), await enter("Bob", channel, options, proxy)];
  for (const [index, other] of ["Bob", "Ann"].entries())
    await people(pages[index]).filter({ hasText: other }).waitFor();
  return pages;
}

test("a file that is chosen by the button arrives as it was, under its name", async () => {
  const [ann, bob] = await couple("button");
  const bytes = randomBytes(3 * MIB + 17);
  await attach(ann, { name: "three.bin", mimeType: "application/octet-stream", buffer: bytes });
  const arrived = bob.waitForEvent("download");
  await button(bob, "Save three.bin").click();
  const download = await arrived;
  assert.equal(download.suggestedFilename(), "three.bin");
  assert.equal(sha256(await readFile(await download.path())), sha256(bytes));
  await under(bob, "three.bin", "Complete: it is in the browser’s downloads, or press “Save again”.").waitFor();
  await under(ann, "three.bin", "1 person has it.").waitFor();
  await picture(bob, "chat-file-saved");
  await button(ann, "Stop offering three.bin").click();
  await under(ann, "three.bin", "No longer offered.").waitFor();
  await end(ann, bob);
});

test("pictures are shown on both sides, pasted and dropped", async () => {
  const [ann, bob] = await couple("pictures");
  await bring(ann, "paste", [{ name: "image.png", mime: "image/png", bytes: [...PNG] }]);
  await card(bob, "image.png").getByRole("img", { name: "image.png" }).waitFor();
  await bring(bob, "dragover", [{ name: "x", mime: "", bytes: [] }]);
  await picture(bob, "chat-dropping");
  await bring(bob, "drop", [
    { name: "red.png", mime: "image/png", bytes: [...PNG] },
    { name: "notes.txt", mime: "text/plain", bytes: [104, 105] },
  ]);
  await card(ann, "red.png").getByRole("img", { name: "red.png" }).waitFor();
  await button(ann, "Save notes.txt").waitFor();
  await card(bob, "red.png").getByRole("img").waitFor();
  await axe(ann);
  await picture(ann, "chat-pictures");
  await end(ann, bob);
});

test("a file for one person reaches that person alone", async () => {
  const [ann, bob] = await couple("alone");
  const cleo = await enter("Cleo", "alone");
  await people(ann).filter({ hasText: "Cleo" }).waitFor();
  await button(ann, "Bob").click();
  await attach(ann, { name: "letter.txt", mimeType: "text/plain", buffer: Buffer.from("dear Bob") });
  await said(bob, "letter.txt").filter({ hasText: "to you only" }).waitFor();
  await said(ann, "letter.txt").filter({ hasText: "to Bob only" }).waitFor();
  const arrived = bob.waitForEvent("download");
  await button(bob, "Save letter.txt").click();
  await arrived;
  assert.equal(await cleo.locator(".file").count(), 0);
  await end(ann, bob, cleo);
});

test("a large file goes to the place that was chosen, whole", async () => {
  const [ann, bob] = await couple("large");
  await chosenPlace(bob, { isSlow: true });
  await attach(ann, large.path);
  await button(bob, "Save large.bin").click();
  await under(bob, "large.bin", /\d % of 4. MB/).waitFor();
  await picture(bob, "chat-file-receiving");
  await picture(ann, "chat-file-sending");
  await hurry(bob);
  await under(bob, "large.bin", "Complete, and saved.").waitFor();
  assert.equal(await savedHash(bob, "large.bin"), large.hash);
  await end(ann, bob);
});

test("where no place can be chosen, it goes through the browser’s own store", async () => {
  const [ann, bob] = await couple("store");
  await bob.evaluate(() => {
    Reflect.deleteProperty(globalThis, "showSaveFilePicker");
  });
  await attach(ann, large.path);
  const arrived = bob.waitForEvent("download");
  await button(bob, "Save large.bin").click();
  const download = await arrived;
  assert.equal(download.suggestedFilename(), "large.bin");
  assert.equal(sha256(await readFile(await download.path())), large.hash);
  await end(ann, bob);
});

test("who closes the dialog gets nothing, and may think again", async () => {
  const [ann, bob] = await couple("closed");
  await bob.evaluate(() => {
    globalThis.showSaveFilePicker = () => Promise.reject(new DOMException("closed", "AbortError"));
  });
  await attach(ann, large.path);
  await button(bob, "Save large.bin").click();
  await bob.evaluate(() => {
    globalThis.showSaveFilePicker = () => Promise.reject(new DOMException("it is read-only", "NotAllowedError"));
  });
  await button(bob, "Save large.bin").click();
  await under(bob, "large.bin", "The file cannot be stored there: it is read-only").waitFor();
  await chosenPlace(bob);
  await button(bob, "Save large.bin").click();
  await under(bob, "large.bin", "Complete, and saved.").waitFor();
  await end(ann, bob);
});

test("either side can cancel, and both are told", async () => {
  const [ann, bob] = await couple("cancel");
  await chosenPlace(bob, { isSlow: true });
  await attach(ann, large.path);
  await button(bob, "Save large.bin").click();
  await under(bob, "large.bin", / % of/).waitFor();
  await button(bob, "Cancel large.bin").click();
  await under(bob, "large.bin", "Cancelled.").waitFor();
  await under(ann, "large.bin", "Cancelled there.").waitFor();
  await picture(ann, "chat-file-cancelled");
  await button(bob, "Save large.bin").click();
  await under(bob, "large.bin", / % of/).waitFor();
  await button(ann, "Cancel for Bob").click();
  await under(bob, "large.bin", "The sender ended it.").waitFor();
  await under(ann, "large.bin", "Cancelled here.").waitFor();
  await button(bob, "Save large.bin").click();
  await under(bob, "large.bin", / % of/).waitFor();
  await button(ann, "Stop offering large.bin").click();
  await under(bob, "large.bin", "Its sender does not offer it any more.").waitFor();
  await picture(bob, "chat-file-withdrawn");
  await end(ann, bob);
});

test("a file goes on after the proxy has come back, from where it was", async (t) => {
  const proxy = await NwsProxy.during(t);
  const [ann, bob] = await couple("again", {}, proxy);
  await chosenPlace(bob, { isSlow: true });
  await attach(ann, large.path);
  await button(bob, "Save large.bin").click();
  await under(bob, "large.bin", /[1-9] % of/).waitFor();
  await proxy.stop();
  await under(bob, "large.bin", "It goes on when they are back.").waitFor();
  await picture(bob, "chat-file-interrupted");
  await proxy.again();
  await hurry(bob);
  await under(bob, "large.bin", "Complete, and saved.").waitFor();
  assert.equal(await savedHash(bob, "large.bin"), large.hash);
  for (const page of [ann, bob]) await page.context().close();
});

test("when the sender has gone, that is told, and what came can be dropped", async () => {
  const [ann, bob] = await couple("gone");
  await chosenPlace(bob, { isSlow: true });
  await attach(ann, large.path);
  await attach(ann, { name: "other.txt", mimeType: "text/plain", buffer: Buffer.from("x") });
  await button(bob, "Save large.bin").click();
  await under(bob, "large.bin", / % of/).waitFor();
  await end(ann);
  await under(bob, "large.bin", "Its sender is not there").waitFor();
  await under(bob, "other.txt", "Ann has left.").waitFor();
  await button(bob, "Cancel large.bin").click();
  await under(bob, "large.bin", "Ann has left.")
    .or(under(bob, "large.bin", "Cancelled."))
    .waitFor();
  await end(bob);
});

test("all of it works by keyboard", async () => {
  const [ann, bob] = await couple("keys");
  await chosenPlace(bob, { isSlow: true });
  /** @param {Page} page */
  const focus = (page) =>
    page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.id);
  // From now on, so that a key is not faster than the order to listen.
  const chooser = ann.waitForEvent("filechooser");
  assert.equal(await focus(ann), "Message");
  await ann.keyboard.press("Tab");
  assert.equal(await focus(ann), "Send a file");
  await ann.keyboard.press("Enter");
  await (await chooser).setFiles(large.path);
  await button(bob, "Save large.bin").waitFor();
  while ((await focus(bob)) !== "Save large.bin") await bob.keyboard.press("Shift+Tab");
  await bob.keyboard.press("Enter");
  await bob.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Cancel large.bin");
  await bob.keyboard.press("Enter");
  await under(bob, "large.bin", "Cancelled.").waitFor();
  assert.equal(await focus(bob), "Save large.bin", "the keyboard stays with the file");
  await picture(bob, "chat-file-keyboard");
  await end(ann, bob);
});

test("what strangers offer is shown as what it is: no paths, no pages, no pictures that are none", async () => {
  const ann = await enter("Ann", "strange", { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  const mallory = await Stranger.join(here.proxy, "strange");
  await people(ann).filter({ hasText: "Mallory" }).waitFor();
  /**
   * @param {number} number
   * @param {string} name
   * @param {string} mime
   * @param {number} size
   */
  const offer = (number, name, mime, size) =>
    mallory.broadcast({
      type: "file-offer",
      v: 1,
      file: number.toString(16).padStart(32, "0"),
      name,
      size,
      mime,
      part: 65_536,
    });
  offer(1, "../../.ssh/authorized_keys", "text/html", 5);
  offer(2, "invoice\u202egpj.exe", "image/svg+xml", 5);
  offer(3, "<img src=x onerror=alert(1)>", "", 65_536 * 1_048_576);
  offer(4, `${"very long ".repeat(100)}.png`, "", 5);
  offer(5, "too many parts", "", Number.MAX_SAFE_INTEGER);
  mallory.broadcast({ type: "say", text: "that was all" });
  await said(ann, "that was all").waitFor();
  for (const name of ["authorized_keys", "invoicegpj.exe", "_img src=x onerror=alert(1)_"])
    await card(ann, name).waitFor();
  assert.equal(await ann.locator(".file").count(), 4);
  assert.equal(await ann.locator(".file img").count(), 0);
  await fits(ann);
  await axe(ann);
  await picture(ann, "chat-file-strange");
  mallory.leave();
  await end(ann);
});

test("a picture that is none is a file, and one that lies about its bytes is refused", async () => {
  const ann = await enter("Ann", "lies");
  const mallory = await Stranger.join(here.proxy, "lies");
  await people(ann).filter({ hasText: "Mallory" }).waitFor();
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  await hand(mallory, 1, "fake.png", svg, sha256(svg));
  await under(ann, "fake.png", "Complete. It is no picture that can be shown.").waitFor();
  assert.equal(await card(ann, "fake.png").getByRole("img").count(), 0);
  await hand(mallory, 2, "other.png", PNG, sha256(svg));
  await under(ann, "other.png", "its hash differs").waitFor();
  await mallory.until(() => mallory.last("file-stop")?.reason === "hash");
  await hand(mallory, 3, "real.png", PNG, sha256(PNG));
  await card(ann, "real.png").getByRole("img").waitFor();
  await picture(ann, "chat-file-lies");
  mallory.leave();
  await end(ann);
});

test("who offers thousands of files is heard, but not for ever", async () => {
  const ann = await enter("Ann", "offers");
  const mallory = await Stranger.join(here.proxy, "offers");
  await people(ann).filter({ hasText: "Mallory" }).waitFor();
  for (let count = 0; count < 3000; count += 1) {
    mallory.broadcast({
      type: "file-offer",
      v: 1,
      file: count.toString(16).padStart(32, "0"),
      name: `f${count}.png`,
      size: 1000,
      mime: "image/png",
      part: 262_144,
    });
  }
  mallory.broadcast({ type: "say", text: "that was all" });
  await said(ann, "that was all").waitFor();
  const cards = await ann.locator(".file").count();
  assert.ok(cards <= 1000, `${cards} cards`);
  const asked = mallory.heard.filter((heard) => "type" in heard && heard.type === "file-get").length;
  assert.ok(asked <= 4, `${asked} pictures were asked for at once`);
  mallory.leave();
  await end(ann);
});

/**
 * Hands a file of one part over, with a hash that the test chooses.
 * @param {Stranger} stranger
 * @param {number} number
 * @param {string} name
 * @param {Buffer} bytes
 * @param {string} hash
 */
async function hand(stranger, number, name, bytes, hash) {
  const file = number.toString(16).padStart(32, "0");
  stranger.broadcast({
    type: "file-offer",
    v: 1,
    file,
    name,
    size: bytes.length,
    mime: "image/png",
    part: 262_144,
  });
  await stranger.until(() => stranger.last("file-get")?.file === file);
  const stream = Number(stranger.last("file-get")?.stream);
  const head = Buffer.alloc(12);
  head.writeUInt32BE(0x4e574601, 0);
  head.writeUInt32BE(stream, 4);
  stranger.tellBytes(Buffer.concat([head, Buffer.from(hash, "hex"), bytes]));
  stranger.tell({ type: "file-done", file, stream, hash: sha256(Buffer.from(hash, "hex")) });
}
