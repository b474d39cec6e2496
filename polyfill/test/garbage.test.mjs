/** What is closed and forgotten is collected; what is open is not. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";
import { collect } from "./collect.mjs";

inPage("a socket that is closed, with its peers", async ({ page, proxy, endpoint }) => {
  const closed = page.evaluate(async (endpoint) => {
    const ws = new NetworkWebSocket("chan", { endpoint });
    ws.onmessage = () => ws;
    await next(ws, "connect");
    const [peer] = ws.peers;
    peer.onmessage = () => peer;
    globalThis.refs = [new WeakRef(ws), new WeakRef(peer)];
    ws.close();
    await next(ws, "close");
  }, endpoint);
  await proxy.admit("a");
  await closed;
  assert.ok(await collect(page));
});

inPage("a peer that has left", async ({ page, proxy, endpoint }) => {
  const left = page.evaluate(async (endpoint) => {
    globalThis.ws = new NetworkWebSocket("chan", { endpoint });
    await next(ws, "connect");
    globalThis.refs = ws.peers.map((peer) => new WeakRef(peer));
    ws.peers[0].close();
    await next(ws, "disconnect");
    await next(ws, "disconnect");
  }, endpoint);
  const client = await proxy.admit("a", "b");
  client.disconnect("b");
  await left;
  assert.ok(await collect(page));
});

inPage("an open socket stays for its listeners", async ({ page, proxy, endpoint }) => {
  const opened = page.evaluate(async (endpoint) => {
    const ws = new NetworkWebSocket("chan", { endpoint });
    globalThis.refs = [new WeakRef(ws)];
    globalThis.heard = new Promise((resolve) => (ws.onmessage = ({ data }) => resolve(data)));
    await next(ws, "open");
  }, endpoint);
  const client = await proxy.admit();
  await opened;
  assert.equal(await collect(page), false);
  client.broadcast("a", "still here");
  assert.equal(await page.evaluate(() => heard), "still here");
});

inPage("a constructor that throws leaves nothing", async ({ page, endpoint }) => {
  await page.evaluate((endpoint) => {
    const attempts = [
      { endpoint, protocols: "a b" },
      { endpoint: "ws://[", protocols: [] },
      { endpoint, protocols: ["a", "a"] },
    ];
    const errors = attempts.map((options) => thrown(() => new NetworkWebSocket("chan", options)));
    if (errors.some((error) => error !== "SyntaxError")) {
      throw new Error(errors.join());
    }
  }, endpoint);
  const session = await page.context().newCDPSession(page);
  const { result } = await session.send("Runtime.evaluate", { expression: "NetworkWebSocket.prototype" });
  const left = async () => {
    await session.send("HeapProfiler.collectGarbage");
    const { objects } = await session.send("Runtime.queryObjects", { prototypeObjectId: result.objectId ?? "" });
    const { objectId = "" } = objects;
    const size = {
      functionDeclaration: "function () { return this.length; }",
      objectId,
      returnByValue: true,
    };
    const length = (await session.send("Runtime.callFunctionOn", size)).result.value;
    await session.send("Runtime.releaseObject", { objectId });
    return length;
  };
  const counts = [];
  // The prototype of LocalWebSocket always inherits. What the core holds goes with finalizers, a turn later.
  while (counts.length < 10 && counts.at(-1) !== 1) {
    counts.push(await left());
  }
  assert.equal(counts.at(-1), 1, counts.join());
});
