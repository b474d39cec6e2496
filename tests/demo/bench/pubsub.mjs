/** What publish/subscribe costs a page: `node tests/demo/bench/pubsub.mjs [--json]`. */

import { once } from "node:events";

import { WebSocket } from "ws";

import { within } from "../../browser/deadline.mjs";
import { NwsProxy } from "../../browser/proxy.mjs";
import { launch } from "../../browser/world.mjs";
import { enter } from "../visit.mjs";

const SECONDS = 10;
const SENDERS = 4;
const TICK_MS = 5;
const BYTES = 64;
const RUNS = [
  { rate: 5_000, topics: 8 },
  { rate: 10_000, topics: 8 },
  { rate: 10_000, topics: 1_000 },
  { rate: 20_000, topics: 8 },
];

const proxy = await NwsProxy.start();
const browser = await launch();
const results = [];
try {
  for (const run of RUNS) results.push(...(await measure(run)));
} finally {
  await browser.close();
  await proxy.stop();
}
if (process.argv.includes("--json")) console.log(JSON.stringify(results));
else
  for (const { what, measured, unit, at_most: limit } of results)
    console.log(`${what}: ${measured} ${unit} (at most ${limit})`);

/** @param {{rate: number, topics: number}} run */
async function measure({ rate, topics }) {
  const what = `pubsub, ${rate.toLocaleString("en")} messages/s of ${BYTES} bytes on ${topics} topics`;
  const channel = `bench-${rate}-${topics}`;
  const page = await enter(browser, `${proxy.http}/demo/pubsub/`, "Reader", channel);
  await page.evaluate(watch);
  const senders = await Promise.all(Array.from({ length: SENDERS }, (_, number) => sender(channel, number)));
  await page.waitForFunction(
    (count) => (document.getElementById("here")?.textContent ?? "").split("Sender").length > count,
    SENDERS,
  );
  await page.evaluate(() => window.begin());
  await flood(senders, rate, topics);
  const sent = rate * SECONDS;
  await page.waitForFunction((count) => (window.counted?.messages ?? 0) >= count, sent).catch(() => {});
  const { messages, longest, long } = (await page.evaluate(() => window.counted)) ?? {
    messages: 0,
    longest: 0,
    long: 0,
  };
  for (const socket of senders) socket.terminate();
  await page.context().close();
  console.error(`${what}: ${messages} of ${sent} arrived, ${long} long tasks, the longest ${longest} ms`);
  return [
    { what: `${what}: tasks above 50 ms in the page`, measured: long, unit: "tasks", at_most: 0 },
    { what: `${what}: longest of them`, measured: longest, unit: "ms", at_most: 50 },
    { what: `${what}: messages lost`, measured: sent - messages, unit: "messages", at_most: 0 },
  ];
}

/** In the page: counts what reaches its room, and tasks that a person could feel. */
function watch() {
  const dispatch = EventTarget.prototype.dispatchEvent;
  EventTarget.prototype.dispatchEvent = function counting(event) {
    const isData = event.type === "data" && event instanceof CustomEvent;
    if (isData && window.counted && event.detail.data.includes('"put"')) window.counted.messages += 1;
    return dispatch.call(this, event);
  };
  window.begin = () => {
    const counted = { messages: 0, long: 0, longest: 0 };
    window.counted = counted;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        counted.long += 1;
        counted.longest = Math.max(counted.longest, Math.round(duration));
      }
    }).observe({ type: "longtask" });
  };
}

/**
 * @param {string} channel
 * @param {number} number
 */
async function sender(channel, number) {
  const socket = new WebSocket(`${proxy.ws}/${channel}`);
  await within("a sender", once(socket, "open"));
  socket.send(
    JSON.stringify({
      action: "broadcast",
      data: JSON.stringify({ type: "hello", demo: "pubsub", nick: `Sender ${number}`, here: 0 }),
    }),
  );
  return socket;
}

/**
 * Sends evenly, and afterwards what a busy machine left undone.
 * @param {WebSocket[]} senders
 * @param {number} rate
 * @param {number} topics
 */
async function flood(senders, rate, topics) {
  const begin = performance.now();
  let sent = 0;
  while (sent < rate * SECONDS) {
    const due = Math.min(Math.floor(((performance.now() - begin) / 1000) * rate), rate * SECONDS);
    for (; sent < due; sent += 1)
      senders[sent % SENDERS].send(JSON.stringify({ action: "broadcast", data: message(sent, topics) }));
    await new Promise((resolve) => {
      setTimeout(resolve, TICK_MS);
    });
  }
}

/**
 * @param {number} number
 * @param {number} topics
 */
function message(number, topics) {
  const text = `{"type":"put","topic":"b/${number % topics}","clock":${number + 1},"value":"`;
  return `${text.padEnd(BYTES - 2, "x")}"}`;
}
