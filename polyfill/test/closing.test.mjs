/** How sockets end. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

/** @import { Page } from "playwright-core" */

/**
 * The events of a socket until its end.
 * @param {Page} page
 * @param {string} endpoint
 * @param {string} [name]
 */
function untilClosed(page, endpoint, name = "chan") {
  return page.evaluate(
    async ({ endpoint, name }) => {
      /** @type {string[]} */
      const log = [];
      const ws = record(endpoint, log, name);
      await next(ws, "close");
      log.push(`peers ${ws.peers.length}`);
      return log;
    },
    { endpoint, name },
  );
}

inPage("the end of the connection is the end of every peer first", async ({ page, proxy, endpoint }) => {
  const log = untilClosed(page, endpoint);
  const client = await proxy.admit("a", "b");
  client.socket.close(1001, "stopping");
  assert.deepEqual((await log).slice(5), [
    "a close 1001 stopping true [3]",
    "root disconnect a [3]",
    "b close 1001 stopping true [3]",
    "root disconnect b [3]",
    "root close 1001 stopping true [3]",
    "peers 0",
  ]);
});

inPage("a connection that is lost closes with 1006", async ({ page, proxy, endpoint }) => {
  const log = untilClosed(page, endpoint);
  const client = await proxy.admit("a");
  client.socket.terminate();
  assert.deepEqual((await log).slice(3), [
    "a close 1006 false [3]",
    "root disconnect a [3]",
    "root close 1006 false [3]",
    "peers 0",
  ]);
});

inPage("close() says goodbye with code and reason", async ({ page, proxy, endpoint }) => {
  const log = page.evaluate(async (endpoint) => {
    /** @type {string[]} */
    const log = [];
    const ws = record(endpoint, log);
    const peer = await arrival(ws);
    ws.close(3456, "à bientôt");
    log.push(`${ws.readyState} ${peer.readyState}`);
    ws.close(4000);
    await next(ws, "close");
    return log.slice(3);
  }, endpoint);
  const client = await proxy.admit("a");
  client.message("a", "too late");
  assert.deepEqual(await client.closed, { code: 3456, reason: "à bientôt" });
  assert.deepEqual(await log, [
    "2 2",
    "a close 3456 à bientôt true [3]",
    "root disconnect a [3]",
    "root close 3456 à bientôt true [3]",
  ]);
});

inPage("close() without a code", async ({ page, proxy, endpoint }) => {
  const log = page.evaluate(async (endpoint) => {
    /** @type {string[]} */
    const log = [];
    const ws = record(endpoint, log);
    await next(ws, "open");
    ws.close();
    await next(ws, "close");
    return log;
  }, endpoint);
  const client = await proxy.admit();
  assert.deepEqual(await client.closed, { code: 1005, reason: "" });
  assert.deepEqual(await log, ["root open [1]", "root close 1005 true [3]"]);
});

for (const { when, wait } of [
  { when: "before the connection", wait: false },
  { when: "before the id is known", wait: true },
]) {
  inPage(`close() ${when} is a failure`, async ({ page, proxy, endpoint }) => {
    const log = page.evaluate(
      async ({ endpoint, wait }) => {
        /** @type {string[]} */
        const log = [];
        const ws = record(endpoint, log);
        globalThis.abandon = () => ws.close();
        if (!wait) {
          ws.close();
          log.push(`state ${ws.readyState}`);
        }
        await next(ws, "close");
        return log;
      },
      { endpoint, wait },
    );
    if (wait) {
      await (await proxy.accept()).frame();
      await page.evaluate(() => abandon());
    }
    const end = ["root error unknown: The socket was closed before it was open. [3]", "root close 1006 false [3]"];
    assert.deepEqual(await log, wait ? end : ["state 2", ...end]);
  });
}

inPage("a proxy that is not there", async ({ page, proxy, endpoint }) => {
  proxy.close();
  assert.deepEqual(await untilClosed(page, endpoint), [
    "root error proxy-not-running: No proxy answers: start it with the command nws. [3]",
    "root close 1006 false [3]",
    "peers 0",
  ]);
});

for (const code of [4429, 4503]) {
  inPage(`a refusal with ${code} is named`, async ({ page, proxy, endpoint }) => {
    const log = untilClosed(page, endpoint);
    (await proxy.accept()).socket.close(code, "no");
    const message = "The proxy is full, or this site has tried too many channel names: try again later.";
    assert.deepEqual(await log, [`root error limit: ${message} [3]`, `root close ${code} no true [3]`, "peers 0"]);
  });
}

inPage("a handler may close the socket at any point", async ({ page, proxy, endpoint }) => {
  const log = page.evaluate(async (endpoint) => {
    /** @type {string[]} */
    const log = [];
    const ws = record(endpoint, log);
    ws.addEventListener("open", () => ws.close());
    await next(ws, "close");
    return log;
  }, endpoint);
  await proxy.admit("a");
  assert.deepEqual(await log, ["root open [1]", "root close 1005 true [3]"]);
});

inPage("a reason without a code is a normal end", async ({ page, proxy, endpoint }) => {
  const log = page.evaluate(async (endpoint) => {
    /** @type {string[]} */
    const log = [];
    const ws = record(endpoint, log);
    const peer = await arrival(ws);
    for (const socket of [ws, peer]) {
      log.push(
        thrown(() => socket.close(undefined, "x".repeat(124))),
        thrown(() => socket.close(1000.5, "x".repeat(124))),
      );
    }
    peer.close(undefined, "enough");
    await next(ws, "disconnect");
    ws.close(undefined, "why");
    await next(ws, "close");
    return log.slice(3);
  }, endpoint);
  const client = await proxy.admit("a");
  assert.deepEqual(await client.closed, { code: 1000, reason: "why" });
  assert.deepEqual(await log, [
    ...Array(4).fill("SyntaxError"),
    "a close 1000 enough true [3]",
    "root disconnect a [1]",
    "root close 1000 why true [3]",
  ]);
});
