/** Takes the pictures on the list of demos anew, each of a page in which something is going on: `node tests/demo/pictures.mjs [demo…]`. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { people, said, say } from "../browser/chatting.mjs";
import { NwsProxy } from "../browser/proxy.mjs";
import { launch, tab } from "../browser/world.mjs";
import { ALLOWED, ask, DEVICES, entered, sees } from "./conference-meeting.mjs";
import { holds, join as play, pilot } from "./game-pilot.mjs";
import { DEMOS, enter } from "./visit.mjs";

/** @import { Browser, Page } from "playwright-core" */

/** Of the window; the picture has two thirds of it. */
const VIEW = { width: 960, height: 600 };
const SCALE = 640 / VIEW.width;
const BYTES_AT_MOST = 16 * 1024;
const QUALITIES = [85, 75, 65, 55, 45, 35, 25, 15];
const NAMES = ["Ada", "Grace", "Alan", "Edsger"];
/** Shirt, hair and skin of the people in the conference. */
const COLOURS = [
  ["#c2603f", "#3a2a20", "#e7b894"],
  ["#3f7fc2", "#1f1a18", "#8d5a3b"],
  ["#4f9a5b", "#a8743a", "#f0c9a8"],
  ["#8a5bb8", "#8f8f8f", "#d9a57e"],
];

/**
 * Brings a demo into a state that makes a picture.
 * @typedef {(browser: Browser, address: string) => Promise<Page>} Stage
 */

/** @type {Record<string, Stage>} */
const STAGES = { chat: stageChat, webrtc: stageConference, pubsub: stageTopics, game: stageGame };

const wanted = process.argv.slice(2);
const proxy = await NwsProxy.start();
try {
  for (const [demo, stage] of Object.entries(STAGES))
    if (!wanted.length || wanted.includes(demo)) await take(demo, stage);
} finally {
  await proxy.stop();
}

/**
 * Each demo has a browser of its own: several at once are too much for a small machine.
 * @param {string} demo
 * @param {Stage} stage
 */
async function take(demo, stage) {
  const browser = await launch(undefined, DEVICES);
  try {
    const page = await stage(browser, `${proxy.http}/demo/${demo}/`);
    const { bytes, quality } = await photograph(page);
    await writeFile(join(DEMOS, demo, "picture.webp"), bytes);
    console.error(`${demo}: ${bytes.length} bytes at quality ${quality}`);
  } finally {
    await browser.close();
  }
}

/**
 * The best quality that is small enough.
 * @param {Page} page
 */
async function photograph(page) {
  const session = await page.context().newCDPSession(page);
  for (const quality of QUALITIES) {
    const { data } = await session.send("Page.captureScreenshot", {
      format: "webp",
      quality,
      clip: { x: 0, y: 0, ...VIEW, scale: SCALE },
    });
    const bytes = Buffer.from(data, "base64");
    if (bytes.length <= BYTES_AT_MOST) return { bytes, quality };
  }
  throw new Error(`the picture of ${page.url()} is too large`);
}

/**
 * @param {Browser} browser
 * @param {string} address
 */
async function stageChat(browser, address) {
  const [ada, grace, alan] = await gather(browser, address, "tea", 3);
  await people(ada).filter({ hasText: "Alan" }).waitFor();
  /** @type {[Page, string][]} */
  const lines = [
    [grace, "The tea is ready."],
    [alan, "Two minutes, my tape is still running."],
    [ada, "Does anybody have the notes of last week?"],
    [grace, "On the wiki: http://localhost:8080/notes"],
    [ada, "Thank you!"],
  ];
  for (const [page, text] of lines) {
    await say(page, text);
    await said(ada, text).waitFor();
  }
  await alan.getByRole("textbox", { name: "Message" }).pressSequentially("Com");
  return ada;
}

/**
 * @param {Browser} browser
 * @param {string} address
 */
async function stageConference(browser, address) {
  /** @type {Page[]} */
  const pages = [];
  for (const [number, name] of NAMES.entries()) {
    const page = await tab(browser, { ...ALLOWED, viewport: VIEW });
    await page.addInitScript(poseAs, { name, colours: COLOURS[number] });
    await ask(page, address, name, "monday");
    await entered(page);
    pages.push(page);
  }
  for (const name of NAMES.slice(1)) await sees(pages[0], name);
  return pages[0];
}

/**
 * @param {Browser} browser
 * @param {string} address
 */
async function stageTopics(browser, address) {
  const [ada, grace] = await gather(browser, address, "home", 2);
  await grace.getByRole("button", { name: "Log in as Grace" }).click();
  await grace.getByLabel("Brightness").fill("75");
  const values = {
    "kitchen/temperature": "21.5",
    "kitchen/humidity": "0.48",
    "garden/gate": '"open"',
    "bath/window": '{"open":false}',
    "door/bell": "null",
    "car/charge": "0.83",
  };
  for (const [number, [topic, value]] of Object.entries(values).entries()) {
    const page = [ada, grace][number % 2];
    await page.getByLabel("Topic", { exact: true }).fill(topic);
    await page.getByLabel("Value", { exact: true }).fill(value);
    await page.getByRole("button", { name: "Publish" }).click();
  }
  await grace.getByLabel("Messages a second", { exact: true }).selectOption("100 a second");
  await ada.waitForFunction(() => Number(document.getElementById("total")?.textContent) >= 40);
  await ada.evaluate(() => document.querySelector(".desk")?.scrollTo(0, 0));
  return ada;
}

/**
 * @param {Browser} browser
 * @param {string} address
 */
async function stageGame(browser, address) {
  const pages = [];
  for (const name of NAMES) pages.push(await play(browser, address, name, "night", { viewport: VIEW }));
  for (const page of pages) await pilot(page, "sky");
  await holds(
    pages[0],
    (game) => (game.play?.session?.world.holdings ?? []).filter((holding) => holding?.inTail).length >= 20,
    null,
  );
  return pages[0];
}

/**
 * So many people in one channel.
 * @param {Browser} browser
 * @param {string} address
 * @param {string} channel
 * @param {number} count
 */
async function gather(browser, address, channel, count) {
  const pages = [];
  for (const name of NAMES.slice(0, count))
    pages.push(await enter(browser, address, name, channel, { viewport: VIEW }));
  return pages;
}

/**
 * In the page: its camera sees somebody who is drawn.
 * @param {{name: string, colours: string[]}} person
 */
function poseAs({ name, colours: [shirt, hair, skin] }) {
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} sway
   */
  const draw = (context, sway) => {
    const { width, height } = context.canvas;
    context.fillStyle = "#d9d4c7";
    context.fillRect(0, 0, width, height);
    context.fillStyle = "#c4bda9";
    context.fillRect(width * 0.68, height * 0.08, width * 0.22, height * 0.4);
    /**
     * @param {string} colour
     * @param {number} x
     * @param {number} y
     * @param {number} wide
     * @param {number} high
     */
    const ellipse = (colour, x, y, wide, high) => {
      context.fillStyle = colour;
      context.beginPath();
      context.ellipse(width * (x + sway), height * y, height * wide, height * high, 0, 0, 2 * Math.PI);
      context.fill();
    };
    ellipse(shirt, 0.5, 1.02, 0.36, 0.36);
    ellipse(hair, 0.5, 0.47, 0.17, 0.2);
    ellipse(skin, 0.5, 0.5, 0.14, 0.18);
    for (const eye of [0.47, 0.53]) ellipse("#2a2320", eye, 0.48, 0.012, 0.017);
    ellipse("#a4553f", 0.5, 0.585, 0.042, 0.012);
  };
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await ask(constraints);
    if (!constraints?.video) return stream;
    const context = Object.assign(document.createElement("canvas"), { width: 640, height: 480 }).getContext("2d");
    if (!context) return stream;
    draw(context, 0);
    setInterval(() => draw(context, 0.02 * Math.sin(performance.now() / 700 + name.length)), 100);
    return new MediaStream([...context.canvas.captureStream(10).getTracks(), ...stream.getAudioTracks()]);
  };
}
