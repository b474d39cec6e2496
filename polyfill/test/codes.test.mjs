/** What each close code of a proxy does: before the channel is open and after, with the option `reconnect` and without. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

/**
 * @import { Page } from "playwright-core"
 * @import { WebSocket } from "ws"
 */

/**
 * What a proxy closes with, and the word for it: none where there is nothing to be said.
 * @typedef {{code: number, reason?: string}} End
 */

/** @type {End[]} */
const PLAIN = [1000, 1001, 1011, 1012, 1013, 3000, 4000, 4999].map((code) => ({ code }));
/** @type {End[]} */
const LIMITS = [4429, 4503].map((code) => ({ code, reason: "limit" }));
/** @type {End[]} */
const FINAL = [
  ...[1002, 1003, 1007, 1008].map((code) => ({ code, reason: "rejected" })),
  { code: 1009, reason: "message-too-big" },
];

/**
 * The events at a channel until its first end or the announcement of another attempt, with the
 * words of errors only.
 * @param {Page} page
 * @param {string} endpoint
 * @param {boolean} reconnect
 */
async function untilEnd(page, endpoint, reconnect) {
  const log = await page.evaluate(
    async ({ endpoint, reconnect }) => {
      /** @type {string[]} */
      const log = [];
      const ws = record(endpoint, log, "chan", { reconnect });
      const lost = next(ws, "reconnecting").then(({ detail }) => `because of ${detail?.code} ${detail?.reason}`);
      const end = await Promise.race([next(ws, "close"), lost]);
      return typeof end === "string" ? [...log, end] : log;
    },
    { endpoint, reconnect },
  );
  return log.map((line) => line.replace(/^root |:.*(?= \[)/g, ""));
}

for (const { code, reason } of [...PLAIN, ...LIMITS, ...FINAL]) {
  const isFinal = FINAL.some((final) => final.code === code);
  inPage(
    `${code} ${isFinal ? "ends a channel" : "is no end where the page wants none"}`,
    async ({ page, proxy, endpoint }) => {
      for (const admitted of [false, true]) {
        for (const reconnect of [false, true]) {
          const events = untilEnd(page, endpoint, reconnect);
          const client = await (admitted ? proxy.admit() : proxy.accept());
          client.socket.close(code, "why");
          const goesOn = reconnect && !isFinal;
          const state = goesOn ? 0 : 3;
          const word = admitted && !isFinal ? undefined : (reason ?? "unknown");
          const expected = [
            ...(admitted ? ["open [1]"] : []),
            ...(word ? [`error ${word} [${state}]`] : []),
            ...(goesOn ? ["reconnecting 1 [0]", `because of ${code} why`] : [`close ${code} why true [3]`]),
          ];
          assert.deepEqual(await events, expected, `admitted ${admitted}, reconnect ${reconnect}`);
          if (goesOn) {
            (await proxy.admit()).broadcast("a", "back");
          }
        }
      }
    },
  );
}

/** @type {[code: number, end: (socket: WebSocket) => void][]} */
const ENDS = [
  [1005, (socket) => socket.close()],
  [1006, (socket) => socket.terminate()],
];
for (const [code, end] of ENDS) {
  inPage(`${code} is no end where the page wants none`, async ({ page, proxy, endpoint }) => {
    for (const reconnect of [false, true]) {
      const events = untilEnd(page, endpoint, reconnect);
      end((await proxy.admit()).socket);
      const expected = reconnect
        ? ["reconnecting 1 [0]", `because of ${code} `]
        : [`close ${code} ${code === 1005} [3]`];
      assert.deepEqual(await events, ["open [1]", ...expected]);
    }
  });
}

inPage(
  "a page that sends too much each time it opens is told once, and comes once",
  async ({ page, proxy, endpoint }) => {
    const log = page.evaluate(async (endpoint) => {
      /** @type {string[]} */
      const log = [];
      const ws = record(endpoint, log, "chan", { reconnect: { maxDelay: 0 } });
      ws.onopen = () => ws.send("too much");
      await next(ws, "close");
      return log;
    }, endpoint);
    const client = await proxy.admit("a");
    await client.frame();
    client.socket.close(1009, "the message is too big");
    assert.deepEqual((await log).slice(3), [
      "a close 1009 the message is too big true [3]",
      "root disconnect a [3]",
      "root error message-too-big: A message is larger than the proxy takes: send smaller ones. [3]",
      "root close 1009 the message is too big true [3]",
    ]);
    assert.equal(proxy.met, 1);
  },
);

inPage("a code that the page chose says nothing about the proxy", async ({ page, proxy, endpoint }) => {
  const log = page.evaluate(async (endpoint) => {
    /** @type {string[]} */
    const log = [];
    const ws = record(endpoint, log, "chan", { reconnect: true });
    ws.onopen = () => ws.close(4503);
    await next(ws, "close");
    return log;
  }, endpoint);
  await proxy.admit();
  assert.deepEqual(await log, ["root open [1]", "root close 4503 true [3]"]);
});
