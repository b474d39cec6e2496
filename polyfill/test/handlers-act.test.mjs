/** Handlers that act on other sockets than their own, and sockets that outlive what they belong to. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

inPage("the end of one peer closes another, and the channel", async ({ page, proxy, endpoint }) => {
  const log = page.evaluate(async (endpoint) => {
    /** @type {string[]} */
    const log = [];
    const ws = record(endpoint, log);
    ws.addEventListener("connect", ({ detail: { target } }) => {
      target.onclose = () => {
        ws.peers.forEach((peer) => peer.close(3005, "by a handler"));
        ws.close(3006, "by a handler");
        log.push(`${ws.readyState} ${ws.peers.length} ${ws.send("late")}`);
      };
    });
    await next(ws, "close");
    await null;
    return log.filter((line) => !/open|connect [ab] \[1/.test(line));
  }, endpoint);
  const client = await proxy.admit("a", "b");
  client.socket.close(1001, "stopping");
  assert.deepEqual(await log, [
    "a close 1001 stopping true [3]",
    "3 1 undefined",
    "root disconnect a [3]",
    "b close 1001 stopping true [3]",
    "3 0 undefined",
    "root disconnect b [3]",
    "root close 1001 stopping true [3]",
  ]);
});

inPage("a message from one peer closes all, each with its own code", async ({ page, proxy, endpoint }) => {
  const log = page.evaluate(async (endpoint) => {
    /** @type {string[]} */
    const log = [];
    const ws = record(endpoint, log);
    ws.addEventListener("message", () => {
      [...ws.peers].reverse().forEach((peer, i) => peer.close(4000 + i, peer.id));
      log.push(ws.peers.map(({ readyState }) => readyState).join());
    });
    await next(ws, "message");
    await next(ws, "message");
    return log.slice(7);
  }, endpoint);
  const client = await proxy.admit("a", "b", "c");
  client.broadcast("b", "one");
  client.disconnect("b");
  client.broadcast("b", "two");
  assert.deepEqual(await log, [
    "root message one from b by b [1]",
    "2,2,2",
    "c close 4000 c true [3]",
    "root disconnect c [1]",
    "b close 4001 b true [3]",
    "root disconnect b [1]",
    "a close 4002 a true [3]",
    "root disconnect a [1]",
    "root message two from b by undefined [1]",
    "",
  ]);
});

inPage("who comes closes who is there", async ({ page, proxy, endpoint }) => {
  const log = page.evaluate(async (endpoint) => {
    /** @type {string[]} */
    const log = [];
    const ws = record(endpoint, log);
    ws.addEventListener("connect", () => ws.peers[0].id === "a" && ws.peers.length === 2 && ws.peers[0].close());
    await next(ws, "message");
    return log.slice(3);
  }, endpoint);
  const client = await proxy.admit("a", "b");
  client.message("b", "to the peer");
  client.broadcast("b", "done");
  assert.deepEqual(await log, [
    "root connect b [1]",
    "b open [1]",
    "a close 1005 true [3]",
    "root disconnect a [1]",
    "b message to the peer from b by b [1]",
    "root message done from b by b [1]",
  ]);
});

inPage("a peer's socket after the channel's end", async ({ page, proxy, endpoint }) => {
  const found = page.evaluate(async (endpoint) => {
    const ws = record(endpoint, []);
    const peer = await arrival(ws);
    ws.close();
    await next(ws, "close");
    const after = [peer.readyState, peer.id, ws.id, peer.send("12345"), peer.bufferedAmount];
    peer.send(new Blob(["67"]));
    peer.send(new Uint16Array(2));
    peer.send("é");
    peer.binaryType = "arraybuffer";
    peer.onmessage = () => {};
    const refusals = [
      () => wrong(peer).send(),
      () => peer.send(wrong(Symbol())),
      () => peer.close(5),
      () => peer.close(3000, "x".repeat(124)),
    ];
    return [
      after,
      peer.bufferedAmount,
      ws.bufferedAmount,
      peer.binaryType,
      refusals.map(thrown),
      thrown(() => peer.close()),
    ];
  }, endpoint);
  await proxy.admit("a");
  assert.deepEqual(await found, [
    [3, "a", "me", undefined, 5],
    13,
    0,
    "arraybuffer",
    ["TypeError", "TypeError", "InvalidAccessError", "SyntaxError"],
    "nothing",
  ]);
});

inPage("a page that goes away", async ({ page, proxy, endpoint }) => {
  const codes = [];
  for (const Class of ["WebSocket", "NetworkWebSocket"]) {
    const opened = page.evaluate(
      async ({ Class, endpoint }) => {
        const socket = Class === "WebSocket" ? new WebSocket(endpoint) : new NetworkWebSocket("chan", { endpoint });
        Reflect.set(globalThis, "ws", socket);
        await next(socket, "open");
      },
      { Class, endpoint },
    );
    const client = await (Class === "WebSocket" ? proxy.accept() : proxy.admit());
    await opened;
    const url = page.url();
    await page.goto("about:blank");
    codes.push(await client.closed);
    await page.goto(url);
  }
  assert.deepEqual(codes[1], codes[0]);
  assert.equal(codes[0].code, 1001);
});
