/** The classes look like the DOM's own. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

inPage("constructors", async ({ page }) => {
  const shape = await page.evaluate(() => ({
    names: [LocalWebSocket.name, LocalWebSocket.length],
    parents: [
      Object.getPrototypeOf(NetworkWebSocket) === EventTarget,
      Object.getPrototypeOf(NetworkWebSocket.prototype) === EventTarget.prototype,
      LocalWebSocket.prototype instanceof NetworkWebSocket,
    ],
    globals: ["NetworkWebSocket", "LocalWebSocket", "PeerWebSocket"].filter((name) => name in globalThis),
    enumerable: Object.keys(globalThis).filter((name) => name.endsWith("WebSocket")),
    tags: [String(NetworkWebSocket.prototype), String(LocalWebSocket.prototype)],
  }));
  assert.deepEqual(shape, {
    names: ["LocalWebSocket", 1],
    parents: [true, true, true],
    globals: ["NetworkWebSocket", "LocalWebSocket", "PeerWebSocket"],
    enumerable: [],
    tags: ["[object NetworkWebSocket]", "[object LocalWebSocket]"],
  });
});

inPage("what WebSocket does not have looks like what it has", async ({ page }) => {
  const members = await page.evaluate(() => {
    const handlers = ["onconnect", "ondisconnect", "onreconnecting"];
    return ["channel", "id", "peers", ...handlers].map((name) => {
      const descriptor = Object.getOwnPropertyDescriptor(NetworkWebSocket.prototype, name);
      const { get, set, enumerable, configurable } = descriptor ?? {};
      return [get?.name, set?.name, enumerable, configurable, thrown(() => get?.call(new EventTarget()))];
    });
  });
  const readOnly = ["channel", "id", "peers"].map((name) => [`get ${name}`, undefined, true, true, "TypeError"]);
  const handlers = ["onconnect", "ondisconnect", "onreconnecting"];
  assert.deepEqual(members, [
    ...readOnly,
    ...handlers.map((name) => [`get ${name}`, `set ${name}`, true, true, "TypeError"]),
  ]);
});

inPage("peers' sockets are made by the channel's only", async ({ page, proxy, endpoint }) => {
  const result = page.evaluate(async (endpoint) => {
    const ws = record(endpoint, []);
    const peer = await arrival(ws);
    const writable = wrong(ws);
    return {
      name: peer.constructor.name,
      made: thrown(() => new (wrong(peer.constructor))()),
      target: peer instanceof EventTarget,
      same: ws.peers[0] === peer,
      readOnly: [
        (writable.id = "x"),
        (writable.readyState = 3),
        (writable.peers = []),
        ws.id,
        ws.readyState,
        ws.peers.length,
      ].slice(3),
    };
  }, endpoint);
  await proxy.admit("a");
  assert.deepEqual(await result, {
    name: "PeerWebSocket",
    made: "TypeError",
    target: true,
    same: true,
    readOnly: ["me", 1, 1],
  });
});

inPage("a handler that throws is reported, and stops nothing", async ({ page, proxy, endpoint, errors }) => {
  const log = page.evaluate(async (endpoint) => {
    /** @type {string[]} */
    const log = [];
    const ws = record(endpoint, log);
    ws.onconnect = () => {
      throw new Error("from a handler");
    };
    await next(ws, "message");
    return log;
  }, endpoint);
  const client = await proxy.admit("a");
  client.broadcast("a", "on");
  assert.deepEqual(await log, ["root open [1]", "root connect a [1]", "a open [1]", "root message on from a by a [1]"]);
  assert.deepEqual(errors.splice(0), ["from a handler"]);
});
