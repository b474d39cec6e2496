/** What a socket shows of itself, in a page and where there is none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { join } from "node:path";
import { inspect } from "node:util";

import { inPage } from "./chromium.mjs";
import { dist } from "./dist.mjs";

inPage("as JSON", async ({ page, proxy, endpoint }) => {
  const texts = page.evaluate(async (endpoint) => {
    const ws = record(endpoint, []);
    const texts = [JSON.stringify(ws)];
    const { detail } = await next(ws, "connect");
    return [...texts, JSON.stringify(detail?.target), JSON.stringify(ws)].map((text) => JSON.parse(text));
  }, endpoint);
  await proxy.admit("a");
  const url = `${endpoint}/network/chan`;
  const peer = { id: "a", readyState: 1 };
  assert.deepEqual(await texts, [
    { channel: "chan", url, id: "", readyState: 0, peers: [] },
    peer,
    { channel: "chan", url, id: "me", readyState: 1, peers: [peer] },
  ]);
});

test("in a log", async () => {
  // It is closed before it connects, so any will do.
  if (!("WebSocket" in globalThis)) Reflect.set(globalThis, "WebSocket", class {});
  const { LocalWebSocket } = await import(join(dist, "networkwebsockets.mjs"));
  const ws = new LocalWebSocket("chan", { endpoint: "ws://localhost:1" });
  ws.close();
  const expected =
    "LocalWebSocket { channel: 'chan', url: 'ws://localhost:1/local/chan', id: '', readyState: 2, peers: [] }";
  assert.equal(inspect(ws, { breakLength: Infinity }), expected);
  assert.match(inspect({ ws }, { breakLength: Infinity }), /ws: LocalWebSocket \{/);
});
