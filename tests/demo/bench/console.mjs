/** How smooth the console is while it is told of 200 proxies, 1,000 channels and 10,000 peers as fast as a proxy tells. */

import { setInterval } from "node:timers";
import { parseArgs } from "node:util";

import { go, line, look } from "../../browser/console-views.mjs";
import { Simulated } from "../../browser/simulated.mjs";
import { launch } from "../../browser/world.mjs";

/** @import { Page } from "playwright-core" */

const SIZE = { links: 200, channels: 1000, peers: 20_000, candidates: 5 };
const SECONDS = 10;
/** How often the network changes, in milliseconds; and the share of its links and channels. */
const CHANGE_MS = 250;
const SHARE = 0.2;

const { json } = parseArgs({ options: { json: { type: "boolean" } } }).values;
/** @type {{what: string, measured: number, unit: string, at_least?: number, at_most?: number}[]} */
const figures = [];
const source = await Simulated.start(SIZE);
const browser = await launch();
const changes = setInterval(() => {
  const { links, channels } = source.crowd.later(SHARE);
  source.change("proxy", [source.crowd.proxy]);
  source.change("links", links);
  source.change("channels", channels);
}, CHANGE_MS);
try {
  await measure();
} finally {
  clearInterval(changes);
  await browser.close();
  await source.stop();
}
if (json) console.log(JSON.stringify(figures, null, 2));
else console.table(figures);

async function measure() {
  const page = await look(browser, source.http, "network", { viewport: { width: 1280, height: 720 } });
  await line(page, "Links to other proxies", "192.0.2.").first().waitFor();
  await page.getByLabel("Peers of").selectOption({ label: "channel-0 (10,010)" });
  await page.locator(".picture .peer").nth(59).waitFor();
  await smoothness(page, "network");
  await go(page, "channels");
  await page.getByRole("button", { name: "List all 10,010" }).click();
  await line(page, "Peers", "peer-").nth(99).waitFor();
  await smoothness(page, "channels and peers");
  await go(page, "events");
  await smoothness(page, "events");
}

/**
 * @param {Page} page
 * @param {string} view
 */
async function smoothness(page, view) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const before = await busy(session);
  const frames = await page.evaluate(
    (milliseconds) =>
      new Promise((/** @type {(frames: number[]) => void} */ resolve) => {
        const start = performance.now();
        /** @type {number[]} */
        const times = [];
        const next = () => {
          times.push(performance.now());
          if (performance.now() - start < milliseconds) requestAnimationFrame(next);
          else resolve(times);
        };
        requestAnimationFrame(next);
      }),
    SECONDS * 1000,
  );
  const seconds = (frames[frames.length - 1] - frames[0]) / 1000;
  const share = ((await busy(session)) - before) / seconds;
  const longest = Math.max(...frames.slice(1).map((time, index) => time - frames[index]));
  figures.push(
    { what: `${view}: frames`, measured: Math.round((frames.length - 1) / seconds), unit: "1/s", at_least: 50 },
    { what: `${view}: the longest time without one`, measured: Math.round(longest), unit: "ms" },
    { what: `${view}: the main thread is busy`, measured: Math.round(share * 100), unit: "%" },
  );
  await session.detach();
}

/** @param {import("playwright-core").CDPSession} session */
async function busy(session) {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
}
