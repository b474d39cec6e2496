/** What `send()` does while a channel that connects again has no connection. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

/**
 * @import { Page } from "playwright-core"
 * @import { FakeProxy } from "./fake-proxy.mjs"
 * @import { NetworkWebSocketOptions } from "../types/networkwebsockets.d.ts"
 */

/** @type {NetworkWebSocketOptions} */
const QUEUE = { reconnect: { send: "queue" } };

/**
 * Makes `ws` in the page.
 * @param {Page} page
 * @param {string} endpoint
 * @param {NetworkWebSocketOptions} options
 */
function join(page, endpoint, options) {
  return page.evaluate(({ endpoint, options }) => void (globalThis.ws = record(endpoint, [], "chan", options)), {
    endpoint,
    options,
  });
}

/**
 * Breaks the first connection, and waits until the page knows.
 * @param {Page} page
 * @param {FakeProxy} proxy
 */
async function lose(page, proxy) {
  (await proxy.admit("a")).socket.terminate();
  await page.evaluate(() => happens("root reconnecting 1 [0]"));
}

const LATEST = [
  Buffer.from("\x01\0\x01\x02", "latin1"),
  Buffer.from("\x01\0\x03\x04", "latin1"),
  Buffer.from("\x01\0blob", "latin1"),
];

inPage("it throws, unless asked for more", async ({ page, proxy, endpoint }) => {
  await join(page, endpoint, { reconnect: true });
  const tries = () => [thrown(() => ws.send("text")), thrown(() => ws.send(new Blob(["x"]))), ws.bufferedAmount];
  const nothing = ["InvalidStateError", "InvalidStateError", 0];
  assert.deepEqual(await page.evaluate(tries), nothing);
  await lose(page, proxy);
  const client = await proxy.accept();
  assert.deepEqual(await page.evaluate(tries), nothing);
  await client.frame();
  client.send({ action: "status", source: "me", target: "me" });
  await page.evaluate(() => happens("root open [1]", 2));
  await page.evaluate(() => ws.send("now"));
  assert.deepEqual(await client.frame(), { action: "broadcast", data: "now" });
});

for (const opened of [false, true]) {
  inPage(`it queues ${opened ? "after a loss" : "before the first connection"}`, async ({ page, proxy, endpoint }) => {
    await join(page, endpoint, QUEUE);
    if (opened) {
      await lose(page, proxy);
    }
    // The id is not known before the proxy is asked for it.
    const client = await proxy.accept();
    const told = page.evaluate(() => {
      const bytes = Uint8Array.of(1, 2);
      const view = Uint8Array.of(0, 3, 4, 0);
      ws.send('"é"');
      ws.send(bytes.buffer);
      ws.send(view.subarray(1, 3));
      ws.send(new Blob(["blob"]));
      const amounts = [ws.readyState, ws.bufferedAmount];
      bytes.fill(9);
      view.fill(9);
      ws.addEventListener("open", () => {
        amounts.push(ws.bufferedAmount);
        ws.send("from open");
      });
      globalThis.amounts = amounts;
      return amounts;
    });
    assert.deepEqual(await told, [0, 12]);
    assert.deepEqual(await client.frame(), { action: "status" });
    client.send({ action: "status", source: "me", target: "me" });
    assert.deepEqual(await client.frame(), { action: "broadcast", data: '"é"' });
    for (const frame of LATEST) {
      assert.deepEqual(await client.frame(), frame);
    }
    assert.deepEqual(await client.frame(), { action: "broadcast", data: "from open" });
    client.broadcast("a", "all is here");
    await page.evaluate(() => happens("root message all is here from a by undefined [1]"));
    // In `open` the frames are still on their way to the browser's network process.
    assert.equal(await page.evaluate(() => amounts[2]), 12);
    await page.waitForFunction(() => ws.bufferedAmount === 0);
  });
}

inPage("what was queued is sent once", async ({ page, proxy, endpoint }) => {
  await join(page, endpoint, { reconnect: { send: "queue", maxDelay: 0 } });
  await page.evaluate(() => ws.send("once"));
  // An attempt that fails keeps it.
  (await proxy.accept()).socket.terminate();
  const first = await proxy.admit();
  assert.deepEqual(await first.frame(), { action: "broadcast", data: "once" });
  first.socket.terminate();
  const second = await proxy.admit();
  await page.evaluate(() => happens("root open [1]", 2));
  await page.evaluate(() => ws.send("after"));
  assert.deepEqual(await second.frame(), { action: "broadcast", data: "after" });
});

inPage("it takes no more than asked for, and all or nothing", async ({ page, proxy, endpoint }) => {
  await join(page, endpoint, { reconnect: { send: "queue", maxQueued: 6 } });
  const results = page.evaluate(() => [
    thrown(() => ws.send("1234567")),
    thrown(() => ws.send("12345")),
    thrown(() => ws.send("é")),
    thrown(() => ws.send(new Blob(["ab"]))),
    thrown(() => ws.send(new Uint8Array(2))),
    ws.bufferedAmount,
    thrown(() => ws.send("6")),
    thrown(() => ws.send("")),
    thrown(() => ws.send("7")),
    ws.bufferedAmount,
  ]);
  const quota = "QuotaExceededError";
  assert.deepEqual(await results, [quota, "nothing", quota, quota, quota, 5, "nothing", "nothing", quota, 6]);
  const client = await proxy.admit();
  for (const data of ["12345", "6", ""]) {
    assert.deepEqual(await client.frame(), { action: "broadcast", data });
  }
  // There is room again.
  client.socket.terminate();
  await page.evaluate(() => happens("root reconnecting 1 [0]"));
  assert.equal(await page.evaluate(() => thrown(() => ws.send("123456"))), "nothing");
  assert.deepEqual(await (await proxy.admit()).frame(), { action: "broadcast", data: "123456" });
});

inPage("a mebibyte is queued unless asked otherwise", async ({ page, endpoint, proxy }) => {
  proxy.close();
  await join(page, endpoint, QUEUE);
  const results = page.evaluate(() => [
    thrown(() => ws.send(new Uint8Array(1 << 20))),
    thrown(() => ws.send("x")),
    ws.bufferedAmount,
  ]);
  assert.deepEqual(await results, ["nothing", "QuotaExceededError", 1 << 20]);
});

inPage("what is queued when the page closes is not sent, and stays counted", async ({ page, proxy, endpoint }) => {
  await join(page, endpoint, QUEUE);
  const client = await proxy.accept();
  await client.frame();
  const amounts = page.evaluate(async () => {
    ws.send("12345");
    ws.close();
    ws.send("67");
    await next(ws, "close");
    return ws.bufferedAmount;
  });
  assert.equal(await amounts, 7);
  client.send({ action: "status", source: "me", target: "me" });
  await client.closed;
  assert.equal(client.waiting, 0);
});

inPage("a peer's socket queues nothing", async ({ page, proxy, endpoint }) => {
  await join(page, endpoint, QUEUE);
  const client = await proxy.admit("a");
  await page.evaluate(async () => {
    await happens("a open [1]");
    [globalThis.peer] = ws.peers;
    ws.addEventListener("reconnecting", () => peer.send("discarded"));
  });
  client.socket.terminate();
  const second = await proxy.admit("a");
  await page.evaluate(() => happens("a open [1]", 2));
  await page.evaluate(() => ws.peers[0].send("sent"));
  assert.deepEqual(await second.frame(), { action: "message", target: "a", data: "sent" });
  assert.equal(await page.evaluate(() => peer.bufferedAmount), 9);
});
