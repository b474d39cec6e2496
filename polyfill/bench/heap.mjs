/**
 * What stays in a page's memory, after collection, of 1,000 peers that came and went and of 100,000 messages:
 * `node bench/heap.mjs [--json]`.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { addressOf, launch, print, serve } from "./browser.mjs";

const MESSAGES = 100_000;
const CLIENT = "ours.1";

const source = fork(join(import.meta.dirname, "flood.mjs"));
const [endpoint] = await once(source, "message");
const site = await serve('import * as contenders from "/contenders.mjs"; globalThis.contenders = contenders;');
const browser = await launch();
const page = await (await browser.newContext()).newPage();
await page.addInitScript(watchMemory);
await page.goto(addressOf(site));
await page.waitForFunction(() => globalThis.contenders);
await page.evaluate(({ at, channel }) => contenders.open("ours", at, channel), { at: endpoint, channel: CLIENT });
const devtools = await page.context().newCDPSession(page);
await devtools.send("HeapProfiler.enable");

const peers = await growth(() => arrivals(1, { order: "churn" }));
const flood = { order: "flood", kind: "text", action: "broadcast", size: 64, count: MESSAGES };
const messages = await growth(() => arrivals(MESSAGES, flood));
await browser.close();
site.close();
source.disconnect();
print({
  peers_kb: peers.heap,
  peers_wasm_kb: peers.wasm,
  messages_kb: messages.heap,
  messages_wasm_kb: messages.wasm,
});

/**
 * What `work` leaves behind when it is done once more, and everything that it makes hot and keeps
 * is there already.
 * @param {() => Promise<void>} work
 */
async function growth(work) {
  /** @type {{heap: number, wasm: number}[]} */
  const usages = [];
  for (let i = 0; i < 5; i++) {
    await work();
    usages.push(await usage());
  }
  const [before, ...after] = usages.slice(1);
  /** @param {"heap" | "wasm"} what */
  const least = (what) => Math.min(...after.map((value, i) => (value[what] - before[what]) / (i + 1))) / 1000;
  return { heap: least("heap"), wasm: least("wasm") };
}

/**
 * @param {number} count
 * @param {object} order
 */
async function arrivals(count, order) {
  const waiting = await page.evaluateHandle(({ channel, n }) => ({ run: contenders.receive(channel, n) }), {
    channel: CLIENT,
    n: count,
  });
  source.send({ client: CLIENT, ...order });
  await waiting.evaluate(({ run }) => run.then(() => {}));
  await waiting.dispose();
}

async function usage() {
  for (let i = 0; i < 3; i++) {
    await devtools.send("HeapProfiler.collectGarbage");
  }
  const { usedSize, embedderHeapUsedSize = 0 } = await devtools.send("Runtime.getHeapUsage");
  return { heap: usedSize + embedderHeapUsedSize, wasm: await page.evaluate(() => memory.buffer.byteLength) };
}

/** In the page, before its scripts: makes the memory of the WebAssembly known. */
function watchMemory() {
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, args) {
      const instance = Reflect.construct(target, args);
      const memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
      if (memory) globalThis.memory = memory;
      return instance;
    },
  });
}
