/** What is sent, and what arrives. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

/** @import { NetworkMessageEvent } from "../types/networkwebsockets.d.ts" */

inPage("text goes out as JSON, whatever is in it", async ({ page, proxy, endpoint }) => {
  page.evaluate(async (endpoint) => {
    const ws = record(endpoint, []);
    const peer = await arrival(ws);
    for (const socket of [ws, peer]) {
      for (const value of ['"quoted" \\ \n', "é€😀", "", "half \ud800", { a: 1 }, null, 42]) {
        socket.send(wrong(value));
      }
    }
  }, endpoint);
  const client = await proxy.admit("a");
  const texts = ['"quoted" \\ \n', "é€😀", "", "half \ufffd", "[object Object]", "null", "42"];
  for (const data of texts) {
    assert.deepEqual(await client.frame(), { action: "broadcast", data });
  }
  for (const data of texts) {
    assert.deepEqual(await client.frame(), { action: "message", target: "a", data });
  }
});

inPage("binary goes out in binary frames, in the order of sending", async ({ page, proxy, endpoint }) => {
  page.evaluate(async (endpoint) => {
    const ws = record(endpoint, []);
    const peer = await arrival(ws);
    const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    ws.send(bytes.buffer);
    ws.send(bytes.subarray(2, 4));
    ws.send(new DataView(bytes.buffer, 7));
    ws.send(new Uint16Array(bytes.buffer, 2, 1));
    ws.send(new Blob(["blob"]));
    ws.send("text");
    peer.send(new Blob(["to a"]));
    peer.send(bytes.subarray(9));
    ws.send(new ArrayBuffer(0));
  }, endpoint);
  const client = await proxy.admit("a");
  const frames = [
    "\x01\0\0\x01\x02\x03\x04\x05\x06\x07\x08\x09",
    "\x01\0\x02\x03",
    "\x01\0\x07\x08\x09",
    "\x01\0\x02\x03",
  ];
  for (const frame of [...frames, "\x01\0blob"]) {
    assert.deepEqual(await client.frame(), Buffer.from(frame, "latin1"));
  }
  assert.deepEqual(await client.frame(), { action: "broadcast", data: "text" });
  assert.deepEqual(await client.frame(), Buffer.from("\x02\x01ato a", "latin1"));
  assert.deepEqual(await client.frame(), Buffer.from("\x02\x01a\x09", "latin1"));
  assert.deepEqual(await client.frame(), Buffer.from("\x01\0", "latin1"));
});

inPage("text arrives as it is, other JSON as its text", async ({ page, proxy, endpoint }) => {
  const data = page.evaluate(async (endpoint) => {
    const ws = record(endpoint, []);
    /** @type {unknown[]} */
    const data = [];
    ws.onmessage = (event) => data.push(event.data);
    (await arrival(ws)).onmessage = (event) => data.push(event.data);
    await next(ws, "disconnect");
    return data;
  }, endpoint);
  const client = await proxy.admit("a");
  const values = ["12345678901234567890", "1.0", '{"a":[1,2]}', "[]", "true", "null"];
  client.broadcast("a", 'é "text" \u2028');
  for (const value of values) {
    client.send(`{"action":"broadcast","source":"a","data":${value}}`);
    client.send(`{"action":"message","source":"a","target":"me","data":${value}}`);
  }
  client.send('{"data":{"data":1},"source":"a","action":"broadcast"}');
  client.disconnect("a");
  assert.deepEqual(await data, ['é "text" \u2028', ...values.flatMap((value) => [value, value]), '{"data":1}']);
});

inPage("binary arrives as each socket's binaryType says", async ({ page, proxy, endpoint }) => {
  const received = page.evaluate(async (endpoint) => {
    /** @type {unknown[]} */
    const received = [];
    const ws = record(endpoint, []);
    /**
     * @param {NetworkMessageEvent} event
     * @param {string} to
     */
    const describe = async ({ data, senderId, peer }, to) => {
      const bytes = data instanceof Blob ? await data.arrayBuffer() : data;
      return `${to}: ${data.constructor.name} ${new Uint8Array(bytes)} from ${senderId} by ${peer?.id}`;
    };
    const types = [ws.binaryType];
    ws.onmessage = (event) => received.push(describe(event, "root"));
    const peer = await arrival(ws);
    peer.onmessage = (event) => received.push(describe(event, "peer"));
    peer.binaryType = "arraybuffer";
    ws.binaryType = wrong("something else");
    types.push(peer.binaryType, ws.binaryType);
    await next(ws, "message");
    ws.binaryType = "arraybuffer";
    peer.binaryType = "blob";
    ws.send("go on");
    await next(ws, "disconnect");
    return [types.join(), ...(await Promise.all(received))];
  }, endpoint);
  const client = await proxy.admit("a");
  client.binary(2, "a", [1, 2]);
  client.binary(1, "a", [3]);
  await client.frame();
  client.binary(2, "a", []);
  client.binary(1, "a", [4, 5]);
  client.binary(1, "stranger", [6]);
  client.binary(2, "stranger", [7]);
  client.disconnect("a");
  assert.deepEqual(await received, [
    "blob,arraybuffer,blob",
    "peer: ArrayBuffer 1,2 from a by a",
    "root: Blob 3 from a by a",
    "peer: Blob  from a by a",
    "root: ArrayBuffer 4,5 from a by a",
    "root: ArrayBuffer 6 from stranger by undefined",
  ]);
});

inPage("a peer's socket begins with the binaryType of its channel", async ({ page, proxy, endpoint }) => {
  const types = page.evaluate(async (endpoint) => {
    const ws = record(endpoint, []);
    const before = await arrival(ws);
    ws.binaryType = "arraybuffer";
    const after = await arrival(ws);
    const { data } = await next(after, "message");
    return [before.binaryType, after.binaryType, Object(data).constructor.name];
  }, endpoint);
  const client = await proxy.admit("a");
  await page.evaluate(() => happens("a open [1]"));
  client.connect("b");
  client.binary(2, "b", [1]);
  assert.deepEqual(await types, ["blob", "arraybuffer", "ArrayBuffer"]);
});

inPage("bufferedAmount counts what the page gave", async ({ page, proxy, endpoint }) => {
  const amounts = page.evaluate(async (endpoint) => {
    const ws = record(endpoint, []);
    const peer = await arrival(ws);
    /** @type {unknown[]} */
    const amounts = [];
    const note = () => amounts.push(ws.bufferedAmount, peer.bufferedAmount);
    ws.send('"é"');
    peer.send(new Uint8Array(1000));
    note();
    ws.send(new Blob(["12345"]));
    peer.send("ü");
    note();
    ws.close();
    ws.send("€");
    peer.send(new Uint8Array(7));
    note();
    await next(ws, "close");
    ws.send(new Blob(["12"]));
    note();
    return amounts;
  }, endpoint);
  await proxy.admit("a");
  const [root, peer, ...rest] = await amounts;
  assert.deepEqual([root, peer, ...rest.slice(0, 4)], [4, 1000, 9, 1002, 12, 1009]);
  assert.deepEqual(rest.slice(4), [5, 7]);
});

inPage(
  "frames that cannot be served or read are errors, and the connection stays",
  async ({ page, proxy, endpoint }) => {
    const log = page.evaluate(async (endpoint) => {
      /** @type {string[]} */
      const log = [];
      await next(record(endpoint, log), "message");
      return log.slice(3);
    }, endpoint);
    const client = await proxy.admit("a");
    client.send({ action: "error", code: "unknown-target", reason: "gone", target: "b" });
    client.send({ action: "error", code: "unknown-target", reason: "leaving", target: "a" });
    client.send({ action: "error", code: "bad-frame", reason: "what?" });
    client.send({ action: "from the future", source: "a" });
    client.send("not JSON");
    client.send("null");
    client.send(Buffer.from([9, 9]));
    client.broadcast("a", "fine");
    const unreadable = "root error bad-frame: The proxy sent a frame that cannot be read. [1]";
    assert.deepEqual(await log, [
      "root error unknown-target: gone [1]",
      "a error unknown-target: leaving [1]",
      "root error bad-frame: what? [1]",
      unreadable,
      unreadable,
      unreadable,
      "root message fine from a by a [1]",
    ]);
  },
);
