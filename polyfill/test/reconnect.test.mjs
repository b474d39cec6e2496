/** With the option `reconnect`, a channel outlives its connections. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

/**
 * @import { Page } from "playwright-core"
 * @import { ReconnectingEvent, ReconnectOptions } from "../types/networkwebsockets.d.ts"
 * @import { WebSocket } from "ws"
 */

/** How long a connection lasts whose loss begins a new outage, in milliseconds. */
const LASTING = 5000;

/**
 * The events until the first broadcast, with what the socket tells of itself after an open and
 * while it is down.
 * @param {Page} page
 * @param {string} endpoint
 * @param {boolean | ReconnectOptions} [reconnect]
 */
function untilMessage(page, endpoint, reconnect = true) {
  return page.evaluate(
    async ({ endpoint, reconnect }) => {
      /** @type {string[]} */
      const log = [];
      const ws = record(endpoint, log, "chan", { reconnect });
      for (const type of ["open", "reconnecting"]) {
        ws.addEventListener(type, () => log.push(`id "${ws.id}", peers [${ws.peers.map(({ id }) => id)}]`));
      }
      await next(ws, "message");
      return log;
    },
    { endpoint, reconnect },
  );
}

/**
 * The events until the first broadcast, those at the channel itself only.
 * @param {Page} page
 * @param {string} endpoint
 * @param {boolean | ReconnectOptions} [reconnect]
 */
async function ownEvents(page, endpoint, reconnect = true) {
  const log = await untilMessage(page, endpoint, reconnect);
  return log.filter((line) => line.startsWith("root")).map((line) => line.replace(/^root |:.*(?= \[)/g, ""));
}

/** @type {[end: string, lose: (socket: WebSocket) => void][]} */
const LOSSES = [
  ["1006 false", (socket) => socket.terminate()],
  ["1000 true", (socket) => socket.close(1000)],
  ["1001 stopping true", (socket) => socket.close(1001, "stopping")],
  ["1013 slow consumer true", (socket) => socket.close(1013, "slow consumer")],
];

for (const [end, lose] of LOSSES) {
  inPage(`a channel that is lost with ${end} comes back`, async ({ page, proxy, endpoint }) => {
    const log = untilMessage(page, endpoint);
    lose((await proxy.admitAs("one", "a", "b")).socket);
    const client = await proxy.admitAs("two", "b", "c");
    client.broadcast("b", "back");
    assert.deepEqual(await log, [
      "root open [1]",
      'id "one", peers []',
      "root connect a [1]",
      "a open [1]",
      "root connect b [1]",
      "b open [1]",
      `a close ${end} [3]`,
      "root disconnect a [0]",
      `b close ${end} [3]`,
      "root disconnect b [0]",
      "root reconnecting 1 [0]",
      'id "", peers []',
      "root open [1]",
      'id "two", peers []',
      "root connect b [1]",
      "b open [1]",
      "root connect c [1]",
      "c open [1]",
      "root message back from b by b [1]",
    ]);
  });
}

inPage("attributes keep their handlers, and what is set stays set", async ({ page, proxy, endpoint }) => {
  const result = page.evaluate(async (endpoint) => {
    const ws = new NetworkWebSocket("chan", { endpoint, reconnect: true });
    /** @type {unknown[]} */
    const opened = [];
    ws.onopen = ({ target }) => opened.push([target === ws, ws.id, ws.url]);
    ws.binaryType = "arraybuffer";
    const { data } = await next(ws, "message");
    return [...opened, [Object(data).constructor.name, ws.channel, ws.readyState]];
  }, endpoint);
  (await proxy.admitAs("one")).socket.terminate();
  const client = await proxy.admitAs("two");
  client.binary(1, "a", [1]);
  const url = `${endpoint}/network/chan`;
  assert.deepEqual(await result, [
    [true, "one", url],
    [true, "two", url],
    ["ArrayBuffer", "chan", 1],
  ]);
});

inPage("the peers' sockets of a former connection stay closed", async ({ page, proxy, endpoint }) => {
  const result = page.evaluate(async (endpoint) => {
    const ws = record(endpoint, [], "chan", { reconnect: true });
    const old = await arrival(ws);
    const present = await arrival(ws);
    old.send("12345");
    old.close(3000);
    old.onmessage = () => wrong(old).fail();
    present.send("from the present");
    const { data } = await next(present, "message");
    return [data, old.id === present.id, old === present, old.readyState, old.bufferedAmount, ws.peers[0] === present];
  }, endpoint);
  (await proxy.admitAs("one", "a")).socket.terminate();
  const client = await proxy.admitAs("two", "a");
  assert.deepEqual(await client.frame(), { action: "message", target: "a", data: "from the present" });
  client.message("a", "to the present");
  assert.deepEqual(await result, ["to the present", true, false, 3, 5, true]);
});

inPage("attempts are counted in each outage, and a reason is told once", async ({ page, proxy, endpoint }) => {
  await page.clock.install();
  const events = ownEvents(page, endpoint, { maxDelay: 0 });
  for (const outage of [1, 2]) {
    await proxy.admit();
    await page.evaluate((times) => happens("root open [1]", times), outage);
    await page.clock.fastForward(LASTING);
    proxy.close();
    await page.evaluate((times) => happens("root reconnecting 3 [0]", times), outage);
    await proxy.start();
  }
  (await proxy.admit()).broadcast("a", "end");
  const names = (await events).filter((event) => !/^reconnecting [4-9]|^reconnecting \d\d/.test(event));
  const reason = names.find((name) => name.startsWith("error"));
  const outage = ["reconnecting 1 [0]", reason, "reconnecting 2 [0]", "reconnecting 3 [0]"];
  assert.match(reason ?? "", /^error \S+ \[0\]$/);
  assert.deepEqual(names, [
    "open [1]",
    ...outage,
    "open [1]",
    ...outage,
    "open [1]",
    "message end from a by undefined [1]",
  ]);
});

inPage("attempts are counted on, and pauses grow, until a connection has lasted", async ({ page, proxy, endpoint }) => {
  await page.clock.install();
  await page.evaluate((endpoint) => {
    globalThis.details = [];
    const ws = record(endpoint, [], "chan", { reconnect: true });
    ws.onreconnecting = ({ detail }) => {
      details.push(detail);
      // What follows comes at once.
      setTimeout(() => dispatchEvent(new Event("online")));
    };
  }, endpoint);
  for (const opened of [1, 2, 3, 4, 5]) {
    const { socket } = await proxy.admit();
    await page.evaluate((times) => happens("root open [1]", times), opened);
    if (opened === 4) {
      await page.clock.fastForward(LASTING);
    }
    socket.close(1013, "slow consumer");
  }
  await page.evaluate(() => happens("root reconnecting 2 [0]", 2));
  const details = await page.evaluate(() => globalThis.details);
  assert.deepEqual(
    details.map(({ attempt }) => attempt),
    [1, 2, 3, 1, 2],
  );
  for (const { attempt, delay, code, reason } of details) {
    const longest = 100 * 2 ** (attempt - 1);
    assert.ok(longest / 2 <= delay && delay <= longest, `attempt ${attempt} after ${delay} ms`);
    assert.deepEqual([code, reason], [1013, "slow consumer"]);
  }
});

inPage("a start that fails is tried again", async ({ page, proxy, endpoint }) => {
  proxy.close();
  const events = ownEvents(page, endpoint);
  await page.evaluate(() => happens("root reconnecting 2 [0]"));
  await proxy.start();
  (await proxy.admit()).broadcast("a", "end");
  const [error, ...others] = await events;
  assert.match(error, /^error \S+ \[0\]$/);
  assert.deepEqual(others.slice(0, 2), ["reconnecting 1 [0]", "reconnecting 2 [0]"]);
  assert.deepEqual(others.slice(-2), ["open [1]", "message end from a by undefined [1]"]);
});

inPage("another reason is told as well", async ({ page, proxy, endpoint }) => {
  const events = ownEvents(page, endpoint, { maxDelay: 0 });
  for (const end of [4503, 4429, undefined, undefined]) {
    const { socket } = await proxy.accept();
    end ? socket.close(end) : socket.terminate();
  }
  (await proxy.admit()).broadcast("a", "end");
  const [first, ...others] = await events;
  assert.equal(first, "error limit [0]");
  assert.match(others.splice(2, 1)[0] ?? "", /^error (?!limit)\S+ \[0\]$/);
  const attempts = [1, 2, 3, 4].map((attempt) => `reconnecting ${attempt} [0]`);
  assert.deepEqual(others, [...attempts, "open [1]", "message end from a by undefined [1]"]);
});

inPage("pauses grow up to the limit", async ({ page, proxy, endpoint }) => {
  proxy.close();
  const pauses = await page.evaluate(async (endpoint) => {
    /** @type {ReconnectingEvent["detail"][]} */
    const pauses = [];
    const ws = record(endpoint, [], "chan", { reconnect: { maxDelay: 300 } });
    ws.onreconnecting = ({ detail }) => {
      pauses.push(detail);
      // What follows comes at once.
      dispatchEvent(new Event("online"));
    };
    await happens("root reconnecting 6 [0]");
    ws.close();
    return pauses.slice(0, 6);
  }, endpoint);
  for (const [i, { attempt, delay }] of pauses.entries()) {
    const longest = Math.min(100 * 2 ** i, 300);
    assert.equal(attempt, i + 1);
    assert.ok(longest / 2 <= delay && delay <= longest, `attempt ${attempt} after ${delay} ms`);
  }
});
