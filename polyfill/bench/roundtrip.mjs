/**
 * From one page through a proxy to another page and back:
 * `node bench/roundtrip.mjs [--json] [--rounds 2000] [--proxy ws://localhost:9009]`.
 * Without --proxy, the program that NWS_BIN names is started for it.
 */
import { parseArgs } from "node:util";

import { addressOf, launch, percentile, print, serve } from "./browser.mjs";
import { startProxy } from "./proxy.mjs";

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    proxy: { type: "string" },
    rounds: { type: "string", default: "2000" },
  },
});
/** Rounds that are not counted: what is hot is compiled in them. */
const WARM_UP = 200;

const proxy = values.proxy ? { endpoint: values.proxy } : await startProxy();
const site = await serve("");
// Two pages of one site share a process otherwise, and with it a thread.
const browser = await launch("--process-per-tab");
const [echo, caller] = await Promise.all([open(), open()]);
const ready = echo.evaluate(answer, proxy.endpoint);
const times = await caller.evaluate(call, { endpoint: proxy.endpoint, rounds: WARM_UP + Number(values.rounds) });
await ready;
await browser.close();
site.close();
if ("child" in proxy) proxy.child.kill();
const counted = times.slice(WARM_UP);
print({ rounds: counted.length, p50_ms: percentile(counted, 0.5), p99_ms: percentile(counted, 0.99) });

async function open() {
  const page = await (await browser.newContext()).newPage();
  await page.goto(addressOf(site));
  return page;
}

/**
 * In the first page: sends every message back to where it came from.
 * @param {string} endpoint
 */
function answer(endpoint) {
  const ws = new NetworkWebSocket("roundtrip", { endpoint });
  ws.onconnect = ({ detail: { target } }) => {
    target.onmessage = ({ data }) => target.send(data);
  };
  return new Promise((resolve) => (ws.onopen = () => resolve(undefined)));
}

/**
 * In the second: sends 64 bytes, and waits for them each time.
 * @param {{endpoint: string, rounds: number}} run
 */
async function call({ endpoint, rounds }) {
  const ws = new NetworkWebSocket("roundtrip", { endpoint });
  /** @type {PeerWebSocket} */
  const peer = await new Promise((resolve) => (ws.onconnect = ({ detail }) => resolve(detail.target)));
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    peer.send("x".repeat(64));
    await new Promise((resolve) => (peer.onmessage = resolve));
    times.push(performance.now() - start);
  }
  return times;
}
