/** Browsers differ in what they report of a connection that they block; pages hear of exactly one end. */
import assert from "node:assert/strict";

import { begin, inPage, stopClock } from "./chromium.mjs";

/**
 * @import { Page } from "playwright-core"
 * @import { Test } from "./chromium.mjs"
 */

/**
 * Makes a socket, with a WebSocket in the place of the browser's whose events are those that `play`
 * calls for.
 * @param {Page} page
 * @param {string} endpoint
 */
async function pretend(page, endpoint) {
  await stopClock(page);
  await page.evaluate((endpoint) => {
    const Pretended = class {
      readyState = 0;
      bufferedAmount = 0;
      /** @param {string} url */
      constructor(url) {
        this.url = url;
        globalThis.carrier = this;
      }
      /** @param {string[]} types */
      play(...types) {
        for (const type of types) {
          this.readyState = type === "open" ? 1 : 3;
          const handler = /** @type {unknown} */ (Reflect.get(this, `on${type}`));
          const event = type === "close" ? { code: 1001, reason: "late", wasClean: true } : {};
          if (handler instanceof Function) {
            handler.call(this, event);
          }
        }
      }
      send() {}
      close() {}
    };
    Reflect.set(globalThis, "WebSocket", Pretended);
    globalThis.log = [];
    globalThis.ws = record(endpoint, log);
    globalThis.ended = next(ws, "close");
  }, endpoint);
  await begin(page);
}

const failed = ["root error [3]", "root close 1006 false [3]"];

/** @type {[what: string, tasks: string[][], expected: string[]][]} */
const STORIES = [
  ["an error and no end", [["error"]], failed],
  ["an error after it was open, and no end", [["open"], ["error"]], failed],
  ["an error and an end in one task", [["error", "close"]], ["root error [3]", "root close 1001 late true [3]"]],
  ["an error, and an end much later", [["error"], ["close"]], failed],
  ["an error twice", [["error", "error"], ["error"]], failed],
];
for (const [what, tasks, expected] of STORIES) {
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

/**
 * Closes once the error of the browser's socket has had its task, and some milliseconds more.
 * @param {number} milliseconds
 * @returns {(page: Page) => Promise<void>}
 */
const closeAfter = (milliseconds) => async (page) => {
  await page.evaluate(() => void globalThis.join());
  await begin(page);
  await page.evaluate(() => forbidden.then(() => undefined));
  await page.clock.runFor(milliseconds);
  await page.evaluate(() => ws.close());
};

/** @type {Record<string, (page: Page) => Promise<void>>} */
const CLOSINGS = {
  "at once": (page) => page.evaluate(() => globalThis.join().close()),
  "as soon as a policy has forbidden it": closeAfter(0),
  "a while after a policy has forbidden it": closeAfter(50),
};

for (const [when, close] of Object.entries(CLOSINGS)) {
  /** @param {Test} test */
  const body = async ({ page, endpoint }) => {
    await stopClock(page);
    await page.evaluate((endpoint) => {
      const { promise, resolve } = Promise.withResolvers();
      globalThis.forbidden = promise;
      globalThis.WebSocket = class extends WebSocket {
        /** @param {ConstructorParameters<typeof WebSocket>} args */
        constructor(...args) {
          super(...args);
          next(this, "error").then(resolve);
        }
      };
      globalThis.join = () => {
        globalThis.ws = record(endpoint, (globalThis.log = []));
        globalThis.ended = next(ws, "close");
        return ws;
      };
    }, endpoint);
    await close(page);
    await end(page);
    assert.deepEqual(await logged(page), failed);
  };
  inPage(`close() of a connection ${when}`, body, "/barred.html");
}

inPage(
  "an endpoint that is not found makes no difference where there can be no core",
  async ({ page }) => {
    const log = await page.evaluate(async () => {
      /** @type {string[]} */
      const log = [];
      // They are reported in their order, but later than a close.
      /** @type {Promise<void>} */
      const reported = new Promise((resolve) => {
        addEventListener("unhandledrejection", (event) => {
          event.preventDefault();
          event.reason === "the last" ? resolve() : log.push(`unhandled ${event.reason}`);
        });
      });
      const endpoint = () => {
        throw new RangeError("no idea");
      };
      await next(record(undefined, log, "chan", { endpoint }), "close");
      Promise.reject("the last");
      await reported;
      return log;
    });
    assert.match(log[0], /^root error blocked: .*'wasm-unsafe-eval'/);
    assert.deepEqual(log.slice(1), ["root close 1006 false [3]"]);
  },
  "/coreless.html",
);

inPage(
  "where there can be no core nothing is lost in silence",
  async ({ page, endpoint }) => {
    const log = await page.evaluate(async (endpoint) => {
      const ws = new NetworkWebSocket("chan", { endpoint });
      const log = [thrown(() => ws.send("early"))];
      await next(ws, "close");
      ws.send("late");
      return [...log, ws.readyState, ws.bufferedAmount];
    }, endpoint);
    assert.deepEqual(log, ["InvalidStateError", 3, 4]);
  },
  "/coreless.html",
);

inPage(
  "where there can be no core messages are queued if they are to be",
  async ({ page, endpoint }) => {
    const log = await page.evaluate(async (endpoint) => {
      const ws = new NetworkWebSocket("chan", { endpoint, reconnect: { send: "queue", maxQueued: 6 } });
      const log = [thrown(() => ws.send("early")), thrown(() => ws.send("12")), ws.readyState, ws.bufferedAmount];
      const [{ reason, fatal }] = await Promise.all([next(ws, "error"), next(ws, "close")]);
      return [...log, reason, fatal, thrown(() => ws.send("late")), ws.bufferedAmount];
    }, endpoint);
    assert.deepEqual(log, ["nothing", "QuotaExceededError", 0, 5, "blocked", true, "nothing", 9]);
  },
  "/coreless.html",
);

inPage(
  "a policy that forbids nothing, and only reports, blocks no probe",
  async ({ page, endpoint }) => {
    const [reason, disposition] = await page.evaluate(async (endpoint) => {
      const violation = next(document, "securitypolicyviolation");
      const { reason } = await NetworkWebSocket.probe({ endpoint });
      return [reason, Reflect.get(await violation, "disposition")];
    }, endpoint);
    assert.deepEqual([reason, disposition], ["proxy-not-running", "report"]);
  },
  "/reported.html",
);

/**
 * Waits for the end, and lets whatever waits longer have its turn.
 * @param {Page} page
 */
async function end(page) {
  await page.clock.runFor(600_000);
  await page.evaluate(() => ended);
  await page.clock.runFor(600_000);
}

/** @param {Page} page */
async function logged(page) {
  const log = await page.evaluate(() => globalThis.log);
  return log.map((line) => line.replace(/error .*\[/, "error ["));
}
