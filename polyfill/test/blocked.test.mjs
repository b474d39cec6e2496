/** Browsers differ in what they report of a connection that they block; pages hear of exactly one end. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

/** Puts a WebSocket in the place of the browser's whose events are those that `play` calls for, in tasks of their own. */
async function pretend(page) {
  await page.evaluate(() => {
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
  });
}

const failed = ["root error [3]", "root close 1006 false [3]"];

for (const [what, tasks, expected] of [
  ["an error and no end", [["error"]], failed],
  ["an error after it was open, and no end", [["open"], ["error"]], failed],
  ["an error and an end in one task", [["error", "close"]], ["root error [3]", "root close 1001 late true [3]"]],
  ["an error, and an end much later", [["error"], ["close"]], failed],
  ["an error twice", [["error", "error"], ["error"]], failed],
]) {
  inPage(what, async ({ page }) => {
    await pretend(page);
    const log = await page.evaluate(async (tasks) => {
      const log = [];
      const ws = record("ws://localhost:9", log);
      const { carrier } = globalThis;
      const ended = next(ws, "close");
      for (const task of tasks) {
        carrier.play(...task);
        await (task.includes("open") ? undefined : ended);
      }
      // What was to fire later has its turn before this: timers of one length keep their order.
      await new Promise((resolve) => setTimeout(resolve));
      return log;
    }, tasks);
    assert.deepEqual(log.map((line) => line.replace(/error .*\[/, "error [")), expected);
  });
}

inPage("close() of a connection whose end is never reported", async ({ page }) => {
  await pretend(page);
  const log = await page.evaluate(async () => {
    const log = [];
    const ws = record("ws://localhost:9", log);
    const ended = next(ws, "close");
    ws.close();
    log.push(ws.readyState);
    globalThis.carrier.play("error");
    await ended;
    return log;
  });
  assert.deepEqual(log.map((line) => String(line).replace(/error .*\[/, "error [")), ["2", ...failed]);
});
