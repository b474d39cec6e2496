/** How much a socket takes at once. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

/**
 * @import { Page } from "playwright-core"
 * @import { NetworkWebSocketOptions } from "../types/networkwebsockets.d.ts"
 */

/**
 * Makes `ws` in the page, and `limits`, what it said of the limit before it was open and then.
 * @param {Page} page
 * @param {string} endpoint
 * @param {NetworkWebSocketOptions} options
 */
function join(page, endpoint, options) {
  return page.evaluate(
    ({ endpoint, options }) => {
      globalThis.ws = record(endpoint, (globalThis.log = []), "chan", options);
      globalThis.limits = [ws.maxMessageSize];
      ws.addEventListener("open", () => limits.push(ws.maxMessageSize));
    },
    { endpoint, options },
  );
}

inPage("it is known once the socket is open", async ({ page, proxy, endpoint }) => {
  await join(page, endpoint, {});
  await proxy.greet(12, "a");
  const seen = await page.evaluate(async () => {
    await happens("a open [1]");
    return { limits, log };
  });
  assert.deepEqual(seen, {
    limits: [undefined, 12],
    log: ["root open [1]", "root connect a [1]", "a open [1]"],
  });
});

inPage("a proxy that does not tell is sent anything", async ({ page, proxy, endpoint }) => {
  await join(page, endpoint, {});
  const client = await proxy.admit("a");
  const data = await page.evaluate(async () => {
    await happens("root open [1]");
    const data = "é".repeat(1e6);
    ws.send(data);
    return [...limits, data];
  });
  assert.deepEqual(await client.frame(), { action: "broadcast", data: data.pop() });
  assert.deepEqual(data, [undefined, undefined]);
});

inPage("send() throws for more, and goes on", async ({ page, proxy, endpoint }) => {
  await join(page, endpoint, {});
  const client = await proxy.greet(12, "a");
  const outcome = await page.evaluate(async () => {
    await happens("a open [1]");
    /** @type {(string | ArrayBuffer | Uint8Array | Blob)[]} */
    const fits = [
      "x".repeat(12),
      '"'.repeat(12),
      "é".repeat(6),
      "\u20ac".repeat(4),
      "😀".repeat(3),
      "\ud800".repeat(4),
      new ArrayBuffer(12),
    ];
    fits.push(new Uint8Array(12), new Blob(["x".repeat(12)]), "");
    /** @type {(string | ArrayBuffer | Uint8Array | Blob)[]} */
    const exceeds = [
      "x".repeat(13),
      "é".repeat(7),
      "\u20ac".repeat(5),
      "😀".repeat(4),
      "\ud800".repeat(5),
      new ArrayBuffer(13),
    ];
    exceeds.push(new Uint8Array(13), new Blob(["x".repeat(13)]));
    const [peer] = ws.peers;
    const tries = [ws, peer].map((socket) =>
      [exceeds, fits].map((all) => all.map((data) => thrown(() => socket.send(data)))),
    );
    const message = await new Promise((resolve) => {
      try {
        ws.send("x".repeat(13));
      } catch (error) {
        resolve(String(error));
      }
    });
    peer.close();
    return { tries, message, log, states: [ws.readyState, ws.bufferedAmount] };
  });
  const expected = [Array(8).fill("TypeError"), Array(10).fill("nothing")];
  assert.deepEqual(outcome.tries, [expected, expected]);
  assert.match(outcome.message, /12/);
  assert.equal(outcome.states[0], 1);
  for (let count = 0; count < 20; count++) {
    await client.frame();
  }
  await page.evaluate(() => happens("a close 1005 true [3]"));
  assert.equal(client.waiting, 0);
  assert.ok(!outcome.log.some((line) => line.includes("error")), outcome.log.join());
});

inPage("until it is open, its state comes first", async ({ page, proxy, endpoint }) => {
  await join(page, endpoint, { reconnect: true });
  const client = await proxy.greet(12);
  await page.evaluate(() => happens("root open [1]"));
  client.socket.terminate();
  const tries = await page.evaluate(async () => {
    await happens("root reconnecting 1 [0]");
    return [thrown(() => ws.send("x")), thrown(() => ws.send("x".repeat(13)))];
  });
  assert.deepEqual(tries, ["InvalidStateError", "InvalidStateError"]);
});

inPage("what was queued and is too large is told, and all else is sent", async ({ page, proxy, endpoint }) => {
  await join(page, endpoint, { reconnect: { send: "queue" } });
  await page.evaluate(() =>
    ["small", "x".repeat(13), new Blob(["x".repeat(13)]), "too"].forEach((data) => ws.send(data)),
  );
  const client = await proxy.greet(12, "a");
  assert.deepEqual(await client.frame(), { action: "broadcast", data: "small" });
  assert.deepEqual(await client.frame(), { action: "broadcast", data: "too" });
  const seen = await page.evaluate(async () => {
    await happens("a open [1]");
    return { log, amount: ws.bufferedAmount };
  });
  const failure = "root error message-too-big: A message is larger than the proxy takes: send smaller ones. [1]";
  assert.deepEqual(seen, {
    log: ["root open [1]", failure, "root connect a [1]", "a open [1]"],
    amount: 0,
  });
  client.socket.terminate();
  const again = await page.evaluate(async () => {
    await happens("root reconnecting 1 [0]");
    return [ws.maxMessageSize, thrown(() => ws.send("x".repeat(13)))];
  });
  assert.deepEqual(again, [undefined, "nothing"]);
});
