/** The classes look like the DOM's own. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

inPage("constructors", async ({ page }) => {
  const shape = await page.evaluate(() => ({
    names: [NetworkWebSocket.name, LocalWebSocket.name, NetworkWebSocket.length, LocalWebSocket.length],
    parents: [
      Object.getPrototypeOf(NetworkWebSocket) === EventTarget,
      Object.getPrototypeOf(NetworkWebSocket.prototype) === EventTarget.prototype,
      LocalWebSocket.prototype instanceof NetworkWebSocket,
    ],
    globals: ["NetworkWebSocket", "LocalWebSocket"].filter((name) => name in globalThis),
    tags: [String(NetworkWebSocket.prototype), String(LocalWebSocket.prototype)],
    asFunction: thrown(() => NetworkWebSocket("chan")),
    withoutName: thrown(() => new NetworkWebSocket()),
  }));
  assert.deepEqual(shape, {
    names: ["NetworkWebSocket", "LocalWebSocket", 1, 1],
    parents: [true, true, true],
    globals: ["NetworkWebSocket", "LocalWebSocket"],
    tags: ["[object NetworkWebSocket]", "[object LocalWebSocket]"],
    asFunction: "TypeError",
    withoutName: "TypeError",
  });
});

inPage("constants", async ({ page }) => {
  const problems = await page.evaluate(() => {
    const problems = [];
    for (const holder of [NetworkWebSocket, NetworkWebSocket.prototype, PeerWebSocket, PeerWebSocket.prototype]) {
      ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].forEach((name, value) => {
        const { enumerable, writable, configurable } = Object.getOwnPropertyDescriptor(holder, name) ?? {};
        if (holder[name] !== value || !enumerable || writable || configurable) {
          problems.push(`${holder.name ?? holder} ${name}`);
        }
      });
    }
    return problems;
  });
  assert.deepEqual(problems, []);
});

inPage("members are where WebSocket has them, and of the same kind", async ({ page, proxy, endpoint }) => {
  const problems = page.evaluate(async (endpoint) => {
    const problems = [];
    const compare = (prototype, names) => {
      for (const name of names) {
        const describe = (holder) => {
          const { get, set, value, enumerable, configurable } = Object.getOwnPropertyDescriptor(holder, name) ?? {};
          return [!!get, !!set, typeof value, value?.length, enumerable, configurable].join();
        };
        if (describe(prototype) !== describe(WebSocket.prototype)) {
          problems.push(`${prototype} ${name}: ${describe(prototype)}`);
        }
      }
    };
    const ws = record(endpoint, []);
    const peer = (await next(ws, "connect")).detail.target;
    const all = Object.keys(WebSocket.prototype);
    compare(NetworkWebSocket.prototype, all);
    const missing = ["url", "extensions", "protocol", "constructor"];
    compare(Object.getPrototypeOf(peer), all.filter((name) => !missing.includes(name)));
    const own = [...Object.getOwnPropertyNames(ws), ...Object.getOwnPropertyNames(peer)];
    const illegal = Object.keys(NetworkWebSocket.prototype).filter((name) => {
      const { get } = Object.getOwnPropertyDescriptor(NetworkWebSocket.prototype, name);
      return get && !name.startsWith("on") && thrown(() => get.call({})) !== "TypeError";
    });
    return [...problems, ...own, ...illegal];
  }, endpoint);
  await proxy.admit("a");
  assert.deepEqual(await problems, []);
});

inPage("peers' sockets are made by the channel's only", async ({ page, proxy, endpoint }) => {
  const result = page.evaluate(async (endpoint) => {
    const ws = record(endpoint, []);
    const peer = (await next(ws, "connect")).detail.target;
    return {
      name: peer.constructor.name,
      made: thrown(() => new peer.constructor()),
      target: peer instanceof EventTarget,
      same: ws.peers[0] === peer && ws.peers !== ws.peers,
      readOnly: [(ws.id = "x"), (ws.readyState = 3), (ws.peers = []), ws.id, ws.readyState, ws.peers.length].slice(3),
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

inPage("handlers", async ({ page, proxy, endpoint }) => {
  const log = page.evaluate(async (endpoint) => {
    const log = [];
    const ws = record(endpoint, []);
    const initial = [ws.onopen, ws.onconnect, ws.ondisconnect, ws.onmessage, ws.onerror, ws.onclose];
    log.push(initial.every((handler) => handler === null));
    ws.onmessage = () => log.push("replaced");
    ws.addEventListener("message", () => log.push("listener"));
    const handler = function (event) {
      log.push(["handler", this === ws, event.target === ws, event.currentTarget === ws].join());
    };
    ws.onmessage = handler;
    log.push(ws.onmessage === handler);
    await next(ws, "message");
    ws.onmessage = null;
    ws.onmessage = () => log.push("now last");
    ws.addEventListener("message", () => log.push("once"), { once: true });
    ws.send("");
    await next(ws, "message");
    const object = { handleEvent: () => log.push("never") };
    ws.onmessage = object;
    log.push(ws.onmessage === object);
    ws.send("");
    await next(ws, "message");
    ws.onmessage = "nonsense";
    log.push(ws.onmessage);
    return log;
  }, endpoint);
  const client = await proxy.admit();
  client.broadcast("a", "");
  for (let i = 0; i < 2; i++) {
    await client.frame();
    client.broadcast("a", "");
  }
  const called = "handler,true,true,true";
  assert.deepEqual(await log, [true, true, called, "listener", "listener", "now last", "once", true, "listener", null]);
});

inPage("a handler that throws is reported, and stops nothing", async ({ page, proxy, endpoint }) => {
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  const log = page.evaluate(async (endpoint) => {
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
  assert.deepEqual(errors, ["from a handler"]);
});
