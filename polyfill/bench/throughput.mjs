/**
 * How many messages a page receives and sends in a second, by this package, by a client written by hand and by a bare WebSocket:
 * `node bench/throughput.mjs [--json] [--repetitions 9] [--only receive]`.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { addressOf, launch, percentile, serve } from "./browser.mjs";

/**
 * @import { CDPSession, Page } from "playwright-core"
 * @import { Kind } from "./contenders.mjs"
 */

const { values } = parseArgs({
  options: {
    json: { type: "boolean" },
    only: { type: "string", default: "" },
    repetitions: { type: "string", default: "9" },
  },
});

/**
 * What is measured: received where there is an `action`, sent where there is none.
 * @typedef {object} Row
 * @property {string} kind of messages
 * @property {number} size of each, in bytes
 * @property {number} peers
 * @property {number} count
 * @property {string} [action]
 * @property {boolean} [direct]
 */

/** In milliseconds. @typedef {{elapsed: number, busy: number}} Time */

/** @typedef {Record<Kind, Time>} Round */

/** @type {Kind[]} */
const KINDS = ["ours", "handWritten", "bare"];
const SMALL = { kind: "text", size: 64 };
const LARGE = { kind: "binary", size: 65_536 };
/** The peers of a row are also whom messages come from. @type {Record<string, Row>} */
const ROWS = {
  "receive 64 B, 1 peer": { ...SMALL, peers: 1, action: "broadcast", count: 20_000 },
  "receive 64 B, 100 peers": { ...SMALL, peers: 100, action: "broadcast", count: 20_000 },
  "receive 64 B, direct": { ...SMALL, peers: 100, action: "message", count: 20_000 },
  "receive 64 KiB": { ...LARGE, peers: 1, action: "broadcast", count: 1_000 },
  "send 64 B": { ...SMALL, peers: 1, count: 5_000 },
  "send 64 B, direct": { ...SMALL, peers: 1, count: 5_000, direct: true },
  "send 64 KiB": { ...LARGE, peers: 1, count: 200 },
  "send 64 KiB, direct": { ...LARGE, peers: 1, count: 200, direct: true },
};

const source = fork(join(import.meta.dirname, "flood.mjs"));
const [endpoint] = await once(source, "message");
const site = await serve('import * as contenders from "/contenders.mjs"; globalThis.contenders = contenders;');
const browser = await launch();
const [ours, handWritten, bare] = await Promise.all(KINDS.map(open));
const pages = { ours, handWritten, bare };
/** @type {Awaited<ReturnType<typeof compare>>[]} */
const rows = [];
for (const [name, row] of Object.entries(ROWS)) {
  if (name.startsWith(values.only)) {
    rows.push(await compare(name, row));
  }
}
await browser.close();
site.close();
source.disconnect();
const HEAD =
  "a second, then microseconds of the main thread, of ours, hand-written and bare; ratios of both, by hand-written and bare";
console.log(values.json ? JSON.stringify(rows) : [HEAD, ...rows.map(line)].join("\n"));

/** @param {Kind} kind */
async function open(kind) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(addressOf(site));
  await page.waitForFunction(() => globalThis.contenders);
  for (const peers of [1, 100]) {
    const wanted = { kind, at: endpoint, channel: `${kind}.${peers}` };
    await page.evaluate((opened) => contenders.open(opened.kind, opened.at, opened.channel), wanted);
  }
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  return { page, devtools };
}

/**
 * The three in turn, again and again, so that a busy moment hits all of them; the first round warms
 * up.
 * @param {string} name
 * @param {Row} row
 */
async function compare(name, row) {
  /** @type {Round[]} */
  const rounds = [];
  for (let i = 0; i <= Number(values.repetitions); i++) {
    rounds.push({
      ours: await measure("ours", row),
      handWritten: await measure("handWritten", row),
      bare: await measure("bare", row),
    });
  }
  return { name, ...figures(rounds.slice(1), row.count) };
}

/**
 * Milliseconds that passed, and those for which the page's main thread computed.
 * @param {Kind} kind
 * @param {Row} row
 * @returns {Promise<Time>}
 */
async function measure(kind, row) {
  const { page, devtools } = pages[kind];
  const before = await threadTime(devtools);
  const elapsed = await (row.action ? receive : send)(page, `${kind}.${row.peers}`, row);
  return { elapsed, busy: (await threadTime(devtools)) - before };
}

/**
 * @param {Page} page
 * @param {string} client
 * @param {Row} row
 */
async function receive(page, client, { count, size, ...what }) {
  const handle = await page.evaluateHandle(({ channel, n }) => ({ run: contenders.receive(channel, n) }), {
    channel: client,
    n: count,
  });
  source.send({ client, order: "flood", count, size, ...what });
  const { elapsed, bytes } = await handle.evaluate(({ run }) => run);
  if (bytes < count * size) {
    throw new Error(`${client} got ${bytes} bytes of ${count * size}`);
  }
  return elapsed;
}

/**
 * @param {Page} page
 * @param {string} client
 * @param {Row} row
 */
async function send(page, client, row) {
  source.send({ client, order: "expect", frames: row.count });
  return page.evaluate(({ channel, what }) => contenders.send(channel, what), { channel: client, what: row });
}

/** @param {CDPSession} devtools */
async function threadTime(devtools) {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return (metrics.find(({ name }) => name === "ThreadTime")?.value ?? 0) * 1000;
}

/**
 * @param {Round[]} rounds
 * @param {number} count
 */
function figures(rounds, count) {
  /** @param {(round: Round) => number} value */
  const median = (value) => percentile(rounds.map(value), 0.5);
  /** @param {Kind} kind */
  const rate = (kind) => Math.round((count / median((round) => round[kind].elapsed)) * 1000);
  /**
   * @param {Kind} other
   * @param {keyof Time} what
   */
  const ratio = (other, what) => median((round) => round[other][what] / round.ours[what]);
  return {
    per_second: Object.fromEntries(KINDS.map((kind) => [kind, rate(kind)])),
    busy_us: Object.fromEntries(KINDS.map((kind) => [kind, (median((round) => round[kind].busy) / count) * 1000])),
    of_hand_written: ratio("handWritten", "elapsed"),
    of_bare: ratio("bare", "elapsed"),
    of_hand_written_busy: ratio("handWritten", "busy"),
    of_bare_busy: ratio("bare", "busy"),
  };
}

/** @param {Awaited<ReturnType<typeof compare>>} row */
function line({ name, per_second, busy_us, ...ratios }) {
  /**
   * @param {number} digits
   * @returns {(number: number) => string}
   */
  const cell = (digits) => (number) => number.toFixed(digits).padStart(9);
  const cells = [
    ...Object.values(per_second).map(cell(0)),
    ...Object.values(busy_us).map(cell(2)),
    ...Object.values(ratios).map(cell(3)),
  ];
  return name.padEnd(26) + cells.join("");
}
