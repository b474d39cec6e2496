/** What files in the chat take: how fast they go, what memory the sender's page needs, and how soon a cancel takes effect. */

import { createHash, randomFillSync } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";

import { NwsProxy } from "../../browser/proxy.mjs";
import { launch } from "../../browser/world.mjs";
import { chosenPlace, savedHash } from "../chatting-files.mjs";
import { enter } from "../visit.mjs";

/** @import { Locator, Page } from "playwright-core" */

const MIB = 1024 * 1024;
/** How often memory is looked at, in milliseconds. */
const LOOK_MS = 100;
/** A machine may be busy, and the file is large. */
const TRANSFER_MS = 300_000;
const RUNS = 5;

const { json } = parseArgs({ options: { json: { type: "boolean" } } }).values;
/**
 * A figure, as the judge of benchmarks reads it.
 * @typedef {{what: string, measured: number, unit: string, at_most?: number}} Figure
 */

/** @typedef {{path: string, name: string, hash: string}} Made */

/** @type {Figure[]} */
const figures = [];
const proxy = await NwsProxy.start();
const folder = await mkdtemp(join(tmpdir(), "nws-files-"));
// Of its own, so that its renderers are the sender's.
const sending = await launch();
const receiving = await launch();
try {
  await measure();
} finally {
  await Promise.all([sending.close(), receiving.close()]);
  await proxy.stop();
  await rm(folder, { recursive: true });
}
if (json) console.log(JSON.stringify(figures, null, 2));
else console.table(figures);

async function measure() {
  const [large, small] = [await makeFile("large.bin", 200), await makeFile("small.bin", 20)];
  const [ann, bob, cleo, dan] = await room("bench-one", "Ann", "Bob", "Cleo", "Dan");
  figure("a file of 20 MiB to one page", rate(20, await transfer(ann, [bob], small)), "MB/s");
  const idle = await memory();
  const peak = watch();
  figure("a file of 200 MiB to one page", rate(200, await transfer(ann, [bob], large)), "MB/s");
  figure("a file of 200 MiB: memory of the sender’s page above idle, at most", ((await peak()) - idle) / 1e6, "MB", {
    at_most: 100,
  });
  figure(
    "a file of 20 MiB to three pages at once, together",
    rate(60, await transfer(ann, [bob, cleo, dan], small)),
    "MB/s",
  );
  for (const who of ["receiver", "sender"]) {
    const times = [];
    for (let run = 0; run < RUNS; run += 1) times.push(await cancel(ann, bob, large, who));
    figure(
      `cancelled by the ${who} in the middle of 200 MiB: told on both sides after, at most`,
      Math.max(...times),
      "ms",
      { at_most: 200 },
    );
  }
}

/**
 * @param {string} what
 * @param {number} measured
 * @param {string} unit
 * @param {{at_most?: number}} [bound]
 */
function figure(what, measured, unit, bound) {
  console.error(`${what}: ${measured.toFixed(1)} ${unit}`);
  figures.push({ what, measured: Number(measured.toFixed(1)), unit, ...bound });
}

/**
 * @param {number} mebibytes
 * @param {number} milliseconds
 */
function rate(mebibytes, milliseconds) {
  return (mebibytes * MIB) / 1000 / milliseconds;
}

/**
 * @param {string} name
 * @param {number} mebibytes
 * @returns {Promise<Made>}
 */
async function makeFile(name, mebibytes) {
  const path = join(folder, name);
  const file = await open(path, "w");
  for (let count = 0; count < mebibytes; count += 1) await file.write(randomFillSync(Buffer.alloc(MIB)));
  await file.close();
  return { path, name, hash: await hashOf(path) };
}

/** @param {string} path */
async function hashOf(path) {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path)) hash.update(bytes);
  return hash.digest("hex");
}

/**
 * The first one in a browser of its own.
 * @param {string} channel
 * @param {string[]} names
 */
async function room(channel, ...names) {
  /** @type {Page[]} */
  const pages = [];
  for (const [index, name] of names.entries()) {
    const page = await enter(index === 0 ? sending : receiving, `${proxy.http}/demo/chat/`, name, channel);
    await chosenPlace(page);
    pages.push(page);
  }
  for (const page of pages) await page.getByText(`Here now ${names.length}`).waitFor();
  return pages;
}

/**
 * Offers a file, lets all take it at once, and sees that each has all of it.
 * @param {Page} sender
 * @param {Page[]} receivers
 * @param {Made} file
 */
async function transfer(sender, receivers, file) {
  const cards = await offer(sender, receivers, file);
  const downloads = file.name === "small.bin" ? receivers.map((page) => page.waitForEvent("download")) : [];
  const start = performance.now();
  await Promise.all(cards.map((card) => card.getByRole("button", { name: `Save ${file.name}` }).click()));
  await Promise.all(cards.map((card) => card.getByText("Complete").waitFor({ timeout: TRANSFER_MS })));
  const time = performance.now() - start;
  for (const [index, receiver] of receivers.entries()) {
    const download = await downloads[index];
    const hash = download ? await hashOf(await download.path()) : await savedHash(receiver, file.name);
    if (hash !== file.hash) throw new Error(`${file.name} is not what was sent`);
  }
  return time;
}

/**
 * @param {Page} sender
 * @param {Page[]} receivers
 * @param {Made} file
 * @returns {Promise<Locator[]>}
 */
async function offer(sender, receivers, file) {
  const before = await Promise.all(receivers.map((page) => page.locator(".file").count()));
  await sender.locator("#picker").setInputFiles(file.path);
  const cards = receivers.map((page, index) => page.locator(".file").nth(before[index]));
  for (const card of cards) await card.waitFor();
  return cards;
}

/**
 * @param {Page} sender
 * @param {Page} receiver
 * @param {Made} file
 * @param {string} who
 * @returns {Promise<number>} milliseconds from the click until both pages say so
 */
async function cancel(sender, receiver, file, who) {
  const [card] = await offer(sender, [receiver], file);
  await card.getByRole("button", { name: `Save ${file.name}` }).click();
  await card.getByText(/\d\d % of/).waitFor({ timeout: TRANSFER_MS });
  const told = [toldAt(receiver, /Cancelled\.|The sender ended it\./), toldAt(sender, /Cancelled (t)?here\./)];
  const [page, button] = who === "receiver" ? [receiver, `Cancel ${file.name}`] : [sender, "Cancel for Bob"];
  const clicked = await page
    .locator(`button[aria-label="${button}"]`)
    .last()
    .evaluate((element) => {
      const now = performance.timeOrigin + performance.now();
      if (element instanceof HTMLElement) element.click();
      return now;
    });
  const times = await Promise.all(told);
  await sender
    .getByRole("button", { name: /Stop offering/ })
    .last()
    .click();
  return Math.max(...times) - clicked;
}

/**
 * When the last card of a page says something, by the clock that all pages of a machine have in
 * common.
 * @param {Page} page
 * @param {RegExp} words
 * @returns {Promise<number>}
 */
function toldAt(page, words) {
  return page.evaluate(
    ({ source }) =>
      new Promise((resolve, reject) => {
        const card = [...document.querySelectorAll(".file")].at(-1);
        if (!card) return void reject(new Error("The page shows no file."));
        const look = () => {
          if (!new RegExp(source).test(card.textContent ?? "")) return;
          observer.disconnect();
          resolve(performance.timeOrigin + performance.now());
        };
        const observer = new MutationObserver(look);
        observer.observe(card, { subtree: true, childList: true, characterData: true });
        look();
      }),
    { source: words.source },
  );
}

/** Looks at the memory until it is asked for the most that it was. */
function watch() {
  let most = 0;
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      most = Math.max(most, await memory());
      await setTimeout(LOOK_MS);
    }
  })();
  return async () => {
    isOver = true;
    await looking;
    return most;
  };
}

/** Bytes of the largest renderer of the sender's browser: shared pages count in part. */
async function memory() {
  const session = await sending.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  return Math.max(...(await Promise.all(renderers.map(shareOf))));
}

/** @param {number} id */
async function shareOf(id) {
  const rollup = await readFile(`/proc/${id}/smaps_rollup`, "utf8").catch(() => "");
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
}
