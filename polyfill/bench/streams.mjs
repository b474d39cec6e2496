/**
 * Streams between two pages: how soon they open, how much goes through, whom a slow reader holds back, what they leave behind:
 * `node bench/streams.mjs [--json] [--repetitions 5]`. The program that NWS_BIN names is started for it.
 */
import { parseArgs } from "node:util";

import { addressOf, launch, percentile, print, serve } from "./browser.mjs";
import { residentKb, startProxy } from "./proxy.mjs";

/** @import { CDPSession } from "playwright-core" */

const { values } = parseArgs({
  options: { json: { type: "boolean" }, repetitions: { type: "string", default: "5" } },
});
const REPETITIONS = Number(values.repetitions);

const SIZE = 65_536;
const DIALS = 200;
/** Messages on one stream, and on each of ten. */
const MESSAGES = 400;
const EACH = 100;
const STREAMS = 10;
const OPENED = 1000;

/**
 * Milliseconds until everything that is read has arrived, and the bytes that wait then on the last stream.
 * @typedef {{elapsed: number, buffered: number}} Sent
 */

const proxy = await startProxy();
const site = await serve(
  'import * as streams from "/stream-page.mjs"; globalThis.streams = streams;',
  "networkwebsockets-streams.js",
);
// Two pages of one site share a process otherwise, and with it a thread.
const browser = await launch("--process-per-tab");
const [near, far] = await Promise.all([open(), open()]);
await Promise.all([near, far].map((page) => page.evaluate((endpoint) => streams.join(endpoint), proxy.endpoint)));

const dials = await opening();
const bulk = await through();
const slow = await heldBack();
const left = await remains();
await browser.close();
site.close();
proxy.child.kill();
print({ ...dials, ...bulk, ...slow, ...left });

async function open() {
  const page = await (await browser.newContext()).newPage();
  await page.goto(addressOf(site));
  await page.waitForFunction(() => globalThis.streams);
  return page;
}

/** Dials, one after the other, and round trips of a direct message to compare; the first ones warm up. */
async function opening() {
  const times = await near.evaluate((count) => streams.dial(count), 2 * DIALS);
  const rounds = await near.evaluate((count) => streams.ping(count), 2 * DIALS);
  return {
    dial_p50_ms: percentile(times.slice(DIALS), 0.5),
    dial_p99_ms: percentile(times.slice(DIALS), 0.99),
    round_trip_p50_ms: percentile(rounds.slice(DIALS), 0.5),
  };
}

/** One stream and direct messages in turn, so that a busy moment hits both; the first round warms up. */
async function through() {
  /** @type {{stream: Sent, direct: number}[]} */
  const rounds = [];
  for (let i = 0; i <= REPETITIONS; i++) {
    rounds.push({ stream: await onStreams(1, MESSAGES, 1), direct: await directly(MESSAGES) });
  }
  const counted = rounds.slice(1);
  /** @param {(round: (typeof rounds)[0]) => number} value */
  const median = (value) => percentile(counted.map(value), 0.5);
  return {
    stream_mb_s: rate(
      MESSAGES,
      median(({ stream }) => stream.elapsed),
    ),
    direct_mb_s: rate(
      MESSAGES,
      median(({ direct }) => direct),
    ),
    stream_of_direct: median(({ stream, direct }) => direct / stream.elapsed),
  };
}

/** Ten streams that are all read, and ten of which one is not, in turn. */
async function heldBack() {
  /** @type {{all: Sent, nine: Sent}[]} */
  const rounds = [];
  for (let i = 0; i <= REPETITIONS; i++) {
    const all = await onStreams(STREAMS, EACH, STREAMS);
    rounds.push({ all, nine: await onStreams(STREAMS, EACH, STREAMS - 1) });
  }
  const counted = rounds.slice(1);
  /** @param {(round: (typeof rounds)[0]) => number} value */
  const median = (value) => percentile(counted.map(value), 0.5);
  return {
    all_read_mb_s: rate(
      9 * EACH,
      median(({ all }) => all.elapsed),
    ),
    one_stopped_mb_s: rate(
      9 * EACH,
      median(({ nine }) => nine.elapsed),
    ),
    one_stopped_of_all_read: median(({ all, nine }) => all.elapsed / nine.elapsed),
    stopped_buffered_mb: Math.min(...counted.map(({ nine }) => nine.buffered)) / 1e6,
    stopped_sent_mb: (EACH * SIZE) / 1e6,
  };
}

/**
 * Sends on new streams, of which the first `read` are read. Milliseconds until the first nine of them have arrived, and what then
 * waits on the last one.
 * @param {number} count of streams
 * @param {number} messages on each
 * @param {number} read
 * @returns {Promise<Sent>}
 */
async function onStreams(count, messages, read) {
  await far.evaluate(() => streams.forget());
  await near.evaluate((count) => streams.open(count), count);
  const reading = await far.evaluateHandle(({ messages, read }) => ({ run: streams.read(messages, 0, read) }), {
    messages,
    read,
  });
  await near.evaluate((messages) => streams.send(messages), messages);
  const times = await reading.evaluate(({ run }) => run);
  const buffered = await near.evaluate((which) => streams.buffered(which), count - 1);
  await reading.dispose();
  await far.evaluate(({ messages, from, to }) => streams.read(messages, from, to), { messages, from: read, to: count });
  await near.evaluate(() => streams.close());
  return { elapsed: Math.max(...times.slice(0, 9)), buffered };
}

/** @param {number} messages */
async function directly(messages) {
  const hearing = await far.evaluateHandle((messages) => ({ run: streams.hear(messages) }), messages);
  await near.evaluate((messages) => streams.sendDirect(messages), messages);
  const elapsed = await hearing.evaluate(({ run }) => run);
  await hearing.dispose();
  return elapsed;
}

/**
 * @param {number} messages
 * @param {number} milliseconds
 */
function rate(messages, milliseconds) {
  return (messages * SIZE) / milliseconds / 1000;
}

/** What both pages and the proxy keep of streams that both have opened and closed, once all that becomes hot is there. */
async function remains() {
  const devtools = await Promise.all([near, far].map((page) => page.context().newCDPSession(page)));
  await Promise.all(devtools.map((session) => session.send("HeapProfiler.enable")));
  /** @type {number[][]} */
  const usages = [];
  for (let i = 0; i < REPETITIONS; i++) {
    await Promise.all([near, far].map((page) => page.evaluate((count) => streams.churn(count), OPENED)));
    usages.push([...(await Promise.all(devtools.map(heap))), await residentKb(proxy.child.pid)]);
  }
  const [before, ...after] = usages.slice(1);
  const growth = before.map((start, which) => Math.min(...after.map((usage, i) => (usage[which] - start) / (i + 1))));
  return {
    heap_before_kb: Math.max(before[0], before[1]),
    heap_growth_kb: Math.max(growth[0], growth[1]),
    proxy_before_kb: before[2],
    proxy_growth_kb: growth[2],
  };
}

/** @param {CDPSession} devtools */
async function heap(devtools) {
  for (let i = 0; i < 3; i++) {
    await devtools.send("HeapProfiler.collectGarbage");
  }
  const { usedSize, embedderHeapUsedSize = 0 } = await devtools.send("Runtime.getHeapUsage");
  return (usedSize + embedderHeapUsedSize) / 1000;
}
