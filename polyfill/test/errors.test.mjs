/** What `error` events say: which peer they are about, and whether anything ends. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

/** @import { NetworkErrorEvent } from "../types/networkwebsockets.d.ts" */

/** @param {string} target */
const refusal = (target) => ({
  action: "error",
  code: "unknown-target",
  reason: "no such peer in this channel",
  target,
});

inPage("a message that finds nobody is told of where its peer is, or was", async ({ page, proxy, endpoint }) => {
  const told = page.evaluate(async (endpoint) => {
    const ws = record(endpoint, []);
    /** @type {unknown[]} */
    const told = [];
    /** @param {NetworkErrorEvent} event */
    const tell = ({ target, reason, fatal, targetId }) => told.push([Object(target).id, reason, fatal, targetId]);
    ws.onerror = tell;
    ws.onconnect = ({ detail }) => (detail.target.onerror = tell);
    await next(ws, "message");
    return told;
  }, endpoint);
  const client = await proxy.admit("a", "b");
  client.send(refusal("a"));
  client.disconnect("b");
  client.send(refusal("b"));
  client.send({ action: "error", code: "bad-frame", reason: "no JSON" });
  client.broadcast("a", "end");
  const unknown = "unknown-target";
  assert.deepEqual(await told, [
    ["a", unknown, false, "a"],
    ["me", unknown, false, "b"],
    ["me", "bad-frame", false, ""],
  ]);
});

for (const reconnect of [false, true]) {
  inPage(`an attempt that fails is ${reconnect ? "not" : ""} fatal`, async ({ page, proxy, endpoint }) => {
    const fatal = page.evaluate(
      async ({ endpoint, reconnect }) => {
        const { fatal, targetId } = await next(record(endpoint, [], "chan", { reconnect }), "error");
        return [fatal, targetId];
      },
      { endpoint, reconnect },
    );
    (await proxy.accept()).socket.terminate();
    assert.deepEqual(await fatal, [!reconnect, ""]);
  });
}

inPage("a loss that nothing can cure is fatal", async ({ page, proxy, endpoint }) => {
  const fatal = page.evaluate(async (endpoint) => {
    return (await next(record(endpoint, [], "chan", { reconnect: true }), "error")).fatal;
  }, endpoint);
  (await proxy.admit()).socket.close(1009);
  assert.equal(await fatal, true);
});

inPage(
  "a service worker that keeps every answer does not say that there is a proxy",
  async ({ page, proxy, endpoint }) => {
    proxy.status = JSON.stringify({ protocol: 1, origin: "served" });
    const before = await page.evaluate(async (endpoint) => {
      const claimed = next(navigator.serviceWorker, "controllerchange");
      await navigator.serviceWorker.register("/hoarder.js");
      await claimed;
      return (await NetworkWebSocket.probe({ endpoint })).ok;
    }, endpoint);
    assert.equal(before, true);
    proxy.close();
    assert.equal(
      await page.evaluate(async (endpoint) => (await NetworkWebSocket.probe({ endpoint })).reason, endpoint),
      "proxy-not-running",
    );
  },
);

inPage("an error that comes before all else comes after open", async ({ page, proxy, endpoint }) => {
  const told = page.evaluate(async (endpoint) => {
    const ws = new NetworkWebSocket("chan", { endpoint });
    /** @type {unknown[]} */
    const told = [];
    ws.onopen = () => told.push(["open", ws.id]);
    ws.onerror = ({ reason, message, fatal }) => told.push([reason, message, fatal]);
    await next(ws, "message");
    return told;
  }, endpoint);
  const client = await proxy.accept();
  client.send({ action: "error", code: "limit", reason: "too many", source: "me" });
  client.send({ action: "status", source: "me", target: "me" });
  client.broadcast("a", "end");
  assert.deepEqual(await told, [
    ["open", "me"],
    ["limit", "too many", false],
  ]);
});
