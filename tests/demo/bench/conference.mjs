/**
 * How long a conference takes, on two machines of a network without a way out: from joining to the first frame of each other
 * person, and from the end of a page to the end of its tile. `--json` prints the figures as JSON.
 */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { parseArgs, promisify } from "node:util";

import { Lan } from "../../browser/lan.mjs";
import { ALLOWED, ask, DEVICES, entered, linked, thrifty } from "../conference-meeting.mjs";

/**
 * @import { Browser, Page } from "playwright-core"
 */

const {
  values: { json, joins },
} = parseArgs({ options: { json: { type: "boolean" }, joins: { type: "string", default: "10" } } });
const CONFERENCE = "http://localhost:9009/demo/webrtc/";
const run = promisify(execFile);
/** @param {string} text */
const say = (text) => process.stderr.write(`${text}\n`);

/** In the page, before anything else: notes when Join is pressed, and when the first frame of each tile is shown. */
function watch() {
  window.shownAfter = [];
  addEventListener(
    "submit",
    () => {
      window.joined = performance.now();
    },
    true,
  );
  new MutationObserver(() => {
    for (const video of document.querySelectorAll("video")) {
      if (!video.matches(".tile:not(.own) :not([data-watched])")) continue;
      video.dataset.watched = "";
      video.requestVideoFrameCallback(() => window.shownAfter.push(performance.now() - window.joined));
    }
  }).observe(document, { childList: true, subtree: true });
}

/** @param {Browser} browser */
async function prepared(browser) {
  const page = await thrifty(browser, ALLOWED);
  await page.addInitScript(watch);
  return page;
}

/**
 * Three people are there; the fourth joins again and again.
 * @param {Lan} lan
 * @returns {Promise<number[]>} a time for each frame
 */
async function firstFrames(lan) {
  /** @type {Page[]} */
  const present = [];
  for (const [index, name] of ["Ann", "Bob", "Cleo"].entries()) {
    const page = await prepared(lan.browsers[index % 2]);
    await ask(page, CONFERENCE, name, "frames");
    await entered(page);
    present.push(page);
  }
  const times = [];
  for (let count = 0; count < Number(joins); count += 1) {
    const page = await prepared(lan.browsers[1]);
    await ask(page, CONFERENCE, "Dora", "frames");
    await page.waitForFunction(() => window.shownAfter.length === 3);
    times.push(...(await page.evaluate(() => window.shownAfter)));
    say(`join ${count + 1}: ${times.slice(-3).map(Math.round).join(", ")} ms`);
    await page.context().close();
    for (const other of present) await other.waitForFunction(() => window.inside.present?.room.people.size === 2);
  }
  for (const page of present) await page.context().close();
  return times;
}

/**
 * How long the tile of Bob stays with Ann after `end`.
 * @param {Lan} lan
 * @param {string} channel
 * @param {(bob: Page) => Promise<unknown>} end
 */
async function tileGoes(lan, channel, end) {
  const [ann, bob] = [await prepared(lan.browsers[0]), await prepared(lan.browsers[1])];
  for (const { page, name } of [
    { page: ann, name: "Ann" },
    { page: bob, name: "Bob" },
  ]) {
    await ask(page, CONFERENCE, name, channel, "sound");
    await entered(page);
  }
  await linked(ann, "Bob");
  await ann.evaluate(() => {
    window.gone = new Promise((resolve) => {
      const list = document.getElementById("tiles");
      if (!list) throw new Error("The page has no tiles.");
      new MutationObserver(() => list.childElementCount === 1 && resolve(Date.now())).observe(list, {
        childList: true,
      });
    });
  });
  // Both machines are this one: they have one clock.
  const began = Date.now();
  await end(bob);
  const took = (await ann.evaluate(() => window.gone)) - began;
  say(`${channel}: ${took} ms`);
  await ann.context().close();
  return took;
}

/**
 * Ends the browser of a machine, and all processes that it has started, without a word.
 * @param {Lan} lan
 * @param {number} machine
 */
async function kill(lan, machine) {
  const { stdout } = await run("ip", ["netns", "pids", lan.entrances[machine].at(-1) ?? ""]);
  for (const pid of stdout.split("\n").filter(Boolean)) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (/chrom/i.test(command)) process.kill(Number(pid), "SIGKILL");
  }
}

async function measure() {
  const lan = await Lan.start(2, DEVICES);
  try {
    const frames = await firstFrames(lan);
    const partitioned = await tileGoes(lan, "partition", () => lan.unplug(1));
    await lan.plug(1);
    const killed = await tileGoes(lan, "kill", () => kill(lan, 1));
    return [
      {
        what: `conference, 4 pages on 2 machines, 320×240 at 15/s: first frame after joining, p95 of ${frames.length}`,
        measured: percentile(frames, 0.95),
        unit: "ms",
        at_most: 2000,
      },
      {
        what: "conference: tile gone after kill -9 of the browser",
        measured: killed,
        unit: "ms",
        at_most: 1000,
      },
      {
        what: "conference: tile gone after a silent partition",
        measured: partitioned,
        unit: "ms",
        at_most: 15_000,
      },
    ];
  } finally {
    await lan.stop();
  }
}

/**
 * @param {number[]} values
 * @param {number} share
 */
function percentile(values, share) {
  const sorted = values.toSorted((one, other) => one - other);
  return Math.round(sorted[Math.ceil(share * sorted.length) - 1]);
}

const results = await measure();
if (json) console.log(JSON.stringify(results));
else
  for (const { what, measured, unit, at_most: limit } of results)
    console.log(`${what}: ${measured} ${unit} (at most ${limit})`);
