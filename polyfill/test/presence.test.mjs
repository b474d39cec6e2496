/** Who is in the channel, and in which order a page hears of it. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

inPage("the list of peers is another when somebody comes or goes, and only then", async ({ page, proxy, endpoint }) => {
  const seen = page.evaluate(async (endpoint) => {
    const ws = record(endpoint, []);
    /** @type {(readonly PeerWebSocket[])[]} */
    const lists = [];
    for (const type of ["open", "connect", "message", "connect", "disconnect"]) {
      await next(ws, type);
      lists.push(ws.peers);
    }
    const changes = lists.slice(1).map((list, before) => list !== lists[before]);
    return [
      changes,
      lists.every(Object.isFrozen),
      ws.peers === ws.peers,
      lists.map((list) => list.map(({ id }) => id)),
    ];
  }, endpoint);
  const client = await proxy.admit();
  client.connect("a");
  client.broadcast("a", "still the same");
  client.connect("b");
  client.disconnect("a");
  assert.deepEqual(await seen, [[true, false, true, true], true, true, [[], ["a"], ["a"], ["a", "b"], ["b"]]]);
});

inPage("a socket asks for its id and opens with the answer", async ({ page, proxy, endpoint }) => {
  const states = page.evaluate(async (endpoint) => {
    const ws = record(endpoint, []);
    const before = [ws.id, ws.readyState];
    await next(ws, "open");
    return [...before, ws.id, ws.readyState, ws.peers.length];
  }, endpoint);
  const client = await proxy.accept();
  assert.equal(client.path, "/network/chan");
  assert.deepEqual(await client.frame(), { action: "status" });
  client.send({ action: "status", source: "me", target: "me" });
  assert.deepEqual(await states, ["", 0, "me", 1, 0]);
});

inPage("the first notice opens it as well, and order is kept", async ({ page, proxy, endpoint }) => {
  const log = page.evaluate(async (endpoint) => {
    /** @type {string[]} */
    const log = [];
    const ws = record(endpoint, log);
    await next(ws, "disconnect");
    log.push(`peers ${ws.peers.map(({ id }) => id)}`);
    return log;
  }, endpoint);
  const client = await proxy.admit("a", "b");
  client.message("a", "one");
  client.broadcast("b", "two");
  client.disconnect("a");
  assert.deepEqual(await log, [
    "root open [1]",
    "root connect a [1]",
    "a open [1]",
    "root connect b [1]",
    "b open [1]",
    "a message one from a by a [1]",
    "root message two from b by b [1]",
    "a close 1001 true [3]",
    "root disconnect a [1]",
    "peers b",
  ]);
});

inPage("all events of a frame fire before anything else runs", async ({ page, proxy, endpoint }) => {
  const turns = page.evaluate(async (endpoint) => {
    /** @type {unknown[]} */
    const turns = [];
    let turn = 0;
    const ws = record(endpoint, []);
    ws.onconnect = ({ detail: { target } }) => {
      setTimeout(() => turn++);
      turns.push(turn);
      target.onopen = () => turns.push(turn);
    };
    await next(ws, "connect");
    return turns;
  }, endpoint);
  await proxy.admit("a");
  assert.deepEqual(await turns, [0, 0]);
});

inPage("a peer that is announced twice comes once", async ({ page, proxy, endpoint }) => {
  const log = page.evaluate(async (endpoint) => {
    /** @type {string[]} */
    const log = [];
    await next(record(endpoint, log), "message");
    return log.filter((line) => line.includes("connect"));
  }, endpoint);
  const client = await proxy.admit("a", "a");
  client.disconnect("stranger");
  client.broadcast("a", "done");
  assert.deepEqual(await log, ["root connect a [1]"]);
});

inPage("a peer's close is local", async ({ page, proxy, endpoint }) => {
  const log = page.evaluate(async (endpoint) => {
    /** @type {string[]} */
    const log = [];
    const ws = record(endpoint, log);
    const peer = await arrival(ws);
    await next(peer, "message");
    peer.close(3001, "enough");
    log.push(`closing ${peer.readyState}, peers ${ws.peers.length}`);
    await next(ws, "disconnect");
    log.push(`peers ${ws.peers.length}`);
    peer.send("lost");
    log.push(`buffered ${peer.bufferedAmount}`);
    ws.send("ready");
    await next(ws, "message");
    return log;
  }, endpoint);
  const client = await proxy.admit("a");
  client.message("a", "first");
  assert.deepEqual(await client.frame(), { action: "broadcast", data: "ready" });
  client.message("a", "dropped");
  client.broadcast("a", "still here");
  client.disconnect("a");
  assert.deepEqual((await log).slice(3), [
    "a message first from a by a [1]",
    "closing 2, peers 1",
    "a close 3001 enough true [3]",
    "root disconnect a [1]",
    "peers 0",
    "buffered 4",
    "root message still here from a by undefined [1]",
  ]);
});

inPage("a peer that is closed as it comes never opens", async ({ page, proxy, endpoint }) => {
  const log = page.evaluate(async (endpoint) => {
    /** @type {string[]} */
    const log = [];
    const ws = record(endpoint, log);
    ws.addEventListener("connect", ({ detail: { target } }) => {
      log.push(thrown(() => target.send("early")));
      target.close();
    });
    await next(ws, "disconnect");
    return log;
  }, endpoint);
  await proxy.admit("a");
  assert.deepEqual(await log, [
    "root open [1]",
    "root connect a [1]",
    "InvalidStateError",
    "a close 1005 true [3]",
    "root disconnect a [1]",
  ]);
});
