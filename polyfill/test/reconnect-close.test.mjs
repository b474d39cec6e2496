/** `close()` ends a channel that would connect again, wherever it is between two connections. */
import assert from "node:assert/strict";

import { begin, inPage, stopClock } from "./chromium.mjs";

/**
 * @import { Page } from "playwright-core"
 * @import { FakeProxy } from "./fake-proxy.mjs"
 */

const NEVER_OPEN = ["root error unknown: The socket was closed before it was open. [3]", "root close 1006 false [3]"];
const WAS_OPEN = ["root close 3456 enough true [3]"];

/**
 * Makes a channel in the page that connects again, and closes when `type` fires there for the
 * `times`th time; "peer …" at its first peer.
 * @param {Page} page
 * @param {string} endpoint
 * @param {string} type
 * @param {number} [times]
 */
function join(page, endpoint, type, times = 1) {
  return page.evaluate(
    async ({ endpoint, type, times }) => {
      const count = countConnections();
      /** @type {string[]} */
      const log = [];
      const ws = record(endpoint, log, "chan", { reconnect: true });
      const firstPeer = arrival(ws);
      globalThis.leave = () => {
        log.length = 0;
        ws.close(3456, "enough");
      };
      globalThis.end = next(ws, "close").then(() => [...log]);
      globalThis.channel = { ws, log, count };
      /**
       * @param {EventTarget} socket
       * @param {string} name
       */
      const listen = (socket, name) => {
        socket.addEventListener(name, () => --times || leave());
      };
      type.startsWith("peer ") ? firstPeer.then((peer) => listen(peer, type.slice(5))) : listen(ws, type);
    },
    { endpoint, type, times },
  );
}

/**
 * What happened from `close()` on. Whatever could wake the channel then does nothing.
 * @param {Page} page
 * @param {FakeProxy} proxy
 * @param {string} endpoint
 */
async function ended(page, proxy, endpoint) {
  const events = await page.evaluate(() => end);
  const tried = await page.evaluate(() => channel.count.tried);
  await page.clock.fastForward("01:00");
  const after = page.evaluate(async (endpoint) => {
    dispatchEvent(new Event("online"));
    document.dispatchEvent(new Event("visibilitychange"));
    const { ws, log, count } = channel;
    ws.close();
    const { tried } = count;
    await next(new NetworkWebSocket("another", { endpoint }), "open");
    return [tried, log, ws.readyState];
  }, endpoint);
  await begin(page);
  let client;
  do {
    client = await proxy.accept();
  } while (client.path !== "/network/another");
  client.send({ action: "status", source: "me", target: "me" });
  assert.deepEqual(await after, [tried, events, 3]);
  return events;
}

for (const type of ["error", "reconnecting"]) {
  inPage(`in a handler of ${type} when it cannot start`, async ({ page, proxy, endpoint }) => {
    proxy.close();
    await page.clock.install();
    await join(page, endpoint, type);
    await page.evaluate(() => end);
    await proxy.start();
    assert.deepEqual(await ended(page, proxy, endpoint), NEVER_OPEN);
  });
}

const PEERS = { a: "a close 1006 false [3]", b: "b close 1006 false [3]" };
/** @type {[type: string, before: string[]][]} */
const LOSSES = [
  ["peer close", ["root disconnect a [2]", PEERS.b, "root disconnect b [2]"]],
  ["disconnect", [PEERS.b, "root disconnect b [2]"]],
  ["reconnecting", []],
];
for (const [type, before] of LOSSES) {
  inPage(`in a handler of ${type} when it is lost`, async ({ page, proxy, endpoint }) => {
    await page.clock.install();
    await join(page, endpoint, type);
    const client = await proxy.admit("a", "b");
    await page.evaluate(() => happens("b open [1]"));
    client.socket.terminate();
    assert.deepEqual(await ended(page, proxy, endpoint), [...before, ...WAS_OPEN]);
  });
}

for (const times of [1, 2]) {
  inPage(`in a handler of open, number ${times}`, async ({ page, proxy, endpoint }) => {
    await page.clock.install();
    await join(page, endpoint, "open", times);
    if (times === 2) {
      (await proxy.admit()).socket.terminate();
    }
    const client = await proxy.admit("a");
    assert.deepEqual(await client.closed, { code: 3456, reason: "enough" });
    assert.deepEqual(await ended(page, proxy, endpoint), WAS_OPEN);
  });
}

inPage("at once", async ({ page, proxy, endpoint }) => {
  await page.clock.install();
  await join(page, endpoint, "never");
  await page.evaluate(() => leave());
  assert.deepEqual(await ended(page, proxy, endpoint), NEVER_OPEN);
});

for (const opened of [false, true]) {
  inPage(
    `before the id is known, ${opened ? "the second time" : "the first time"}`,
    async ({ page, proxy, endpoint }) => {
      await page.clock.install();
      await join(page, endpoint, "never");
      if (opened) {
        (await proxy.admit()).socket.terminate();
      }
      const client = await proxy.accept();
      await client.frame();
      await page.evaluate(() => leave());
      client.send({ action: "status", source: "late", target: "late" });
      await client.closed;
      assert.deepEqual(await ended(page, proxy, endpoint), opened ? WAS_OPEN : NEVER_OPEN);
    },
  );

  inPage(`in the pause ${opened ? "of an outage" : "before it ever opened"}`, async ({ page, proxy, endpoint }) => {
    await stopClock(page);
    await join(page, endpoint, "never");
    await begin(page);
    if (opened) {
      await proxy.admit();
      await page.evaluate(() => happens("root open [1]"));
      proxy.close();
    } else {
      (await proxy.accept()).socket.terminate();
    }
    await page.evaluate(() => happens("root reconnecting 1 [0]"));
    const states = page.evaluate(() => {
      const { ws } = channel;
      leave();
      ws.send("discarded");
      return [ws.readyState, ws.bufferedAmount, thrown(() => ws.close(7)), ws.readyState];
    });
    assert.deepEqual(await states, [2, 9, "InvalidAccessError", 2]);
    await begin(page);
    if (opened) {
      await proxy.start();
    }
    assert.deepEqual(await ended(page, proxy, endpoint), opened ? WAS_OPEN : NEVER_OPEN);
  });
}
