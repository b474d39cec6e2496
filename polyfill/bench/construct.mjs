/**
 * How long the first `new NetworkWebSocket()` of a page takes, in pages that have loaded the script:
 * `node bench/construct.mjs [--json] [--pages 30]`. Beside it, the first `new WebSocket()` of other pages.
 */
import { parseArgs } from "node:util";

import { WebSocketServer } from "ws";

import { addressOf, launch, percentile, print, serve } from "./browser.mjs";

const { values } = parseArgs({
  options: { json: { type: "boolean" }, pages: { type: "string", default: "30" } },
});

const SCRIPT = `
  const endpoint = location.origin.replace("http", "ws");
  const make = location.search
    ? () => new WebSocket(endpoint + "/network/chan")
    : () => new NetworkWebSocket("chan", { endpoint });
  const start = performance.now();
  make();
  globalThis.elapsed = performance.now() - start;
`;

const site = await serve(SCRIPT);
const proxy = new WebSocketServer({ server: site });
const browser = await launch();
/** @type {{ours: number[], bare: number[]}} */
const times = { ours: [], bare: [] };
// One page to warm the browser up; then the two kinds in turn, so that a busy moment hits both.
await construct("");
for (let i = 0; i < Number(values.pages); i++) {
  times.ours.push(await construct(""));
  times.bare.push(await construct("?bare"));
}
await browser.close();
proxy.close();
site.close();
print({
  pages: times.ours.length,
  median_ms: percentile(times.ours, 0.5),
  min_ms: percentile(times.ours, 0),
  p90_ms: percentile(times.ours, 0.9),
  websocket_median_ms: percentile(times.bare, 0.5),
});

/**
 * In a context of its own, so that no page finds what another has compiled.
 * @param {string} query
 */
async function construct(query) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(addressOf(site) + query);
  const elapsed = await page.evaluate(() => globalThis.elapsed);
  await context.close();
  return elapsed;
}
