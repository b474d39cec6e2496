/** Browsers differ in what they report of a connection that they block; pages hear of exactly one end. */
import assert from "node:assert/strict";

import { inPage, stopClock } from "./chromium.mjs";

/** Makes a socket, with a WebSocket in the place of the browser's whose events are those that `play` calls for. */
async function pretend(page, endpoint) {
  await stopClock(page);
  await page.evaluate((endpoint) => {
    globalThis.WebSocket = class {
      readyState = 0;
      bufferedAmount = 0;
      constructor(url) {
        this.url = url;
        globalThis.carrier = this;
      }
      play(...types) {
        for (const type of types) {
          this.readyState = type === "open" ? 1 : 3;
          this[`on${type}`]?.(type === "close" ? { code: 1001, reason: "late", wasClean: true } : {});
        }
      }
      send() {}
      close() {}
    };
    globalThis.log = [];
    globalThis.ws = record(endpoint, log);
    globalThis.ended = next(ws, "close");
  }, endpoint);
}

const failed = ["root error [3]", "root close 1006 false [3]"];

for (const [what, tasks, expected] of [
  ["an error and no end", [["error"]], failed],
  ["an error after it was open, and no end", [["open"], ["error"]], failed],
  ["an error and an end in one task", [["error", "close"]], ["root error [3]", "root close 1001 late true [3]"]],
  ["an error, and an end much later", [["error"], ["close"]], failed],
  ["an error twice", [["error", "error"], ["error"]], failed],
]) {
  inPage(what, async ({ page, endpoint }) => {
    await pretend(page, endpoint);
    for (const task of tasks) {
      await page.evaluate((task) => carrier.play(...task), task);
      await (task.includes("open") ? undefined : end(page));
    }
    assert.deepEqual(await logged(page), expected);
  });
}

inPage("close() of a connection whose end is never reported", async ({ page, endpoint }) => {
  await pretend(page, endpoint);
  await page.evaluate(() => {
    ws.close();
    log.push(String(ws.readyState));
    carrier.play("error");
  });
  await end(page);
  assert.deepEqual(await logged(page), ["2", ...failed]);
});

/** Waits for the end, and lets whatever waits longer have its turn. */
async function end(page) {
  await page.clock.runFor(600_000);
  await page.evaluate(() => ended);
  await page.clock.runFor(600_000);
}

async function logged(page) {
  const log = await page.evaluate(() => log);
  return log.map((line) => line.replace(/error .*\[/, "error ["));
}
