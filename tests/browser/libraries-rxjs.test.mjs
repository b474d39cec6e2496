/** `webSocket` of rxjs, with a `NetworkWebSocket` and with a dial for its `WebSocketCtor`. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { enter, met, withLibrary } from "./libraries/stage.mjs";

/** @import { Actor } from "./libraries/stage.mjs" */

const here = withLibrary('export { webSocket } from "rxjs/webSocket"; export { retry, take, toArray } from "rxjs";');

/** Makes a subject, and tells what happens to it. */
const MAKES = `page.make = (WebSocketCtor, options = {}) => {
    page.subject = lib.webSocket({
      url: page.ws.channel, WebSocketCtor,
      openObserver: { next: () => page.tell("open") },
      closingObserver: { next: () => page.tell("closing") },
      closeObserver: { next: ({ code, reason, wasClean }) => page.tell("close", code, reason, wasClean) },
      ...options,
    });
    page.subject.subscribe({
      next: (value) => page.tell("next", value),
      error: ({ type }) => page.tell("error", type),
      complete: () => page.tell("complete"),
    });
    return page.subject;
  };
  page.seen = (word, n = 1) => page.until((log) => log.filter(([first]) => first === word).length === n);`;

test("with NetworkWebSocket: next() broadcasts JSON, and what comes back is parsed", async () => {
  await met(here, "rxjs-channel", async (other, page) => {
    await other.run("page.heard = page.next(page.ws, 'message');");
    await page.run(`${MAKES} page.make(NetworkWebSocket).next({ to: "all", n: [1] }); await page.seen("open");`);
    assert.deepEqual(JSON.parse(await other.run("return (await page.heard).data")), { to: "all", n: [1] });
    await other.run(`page.ws.send('{"ä":"😀"}');`);
    assert.deepEqual((await page.run("return page.seen('next')")).at(-1), ["next", { ä: "😀" }]);
  });
});

for (const [how, end, code, reason] of /** @type {const} */ ([
  ["complete() closes without a code, as with WebSocket", "complete()", 1005, ""],
  ["error() closes with code and reason", 'error({ code: 4001, reason: "enough" })', 4001, "enough"],
])) {
  test(`with NetworkWebSocket: ${how}, and the peers see it leave`, async () => {
    await met(here, `rxjs-end-${code}`, async (other, page) => {
      await page.run(`${MAKES} page.make(NetworkWebSocket); await page.seen("open");`);
      await other.run("page.left = page.next(page.ws, 'disconnect');");
      await page.run(`page.subject.${end}`);
      // The proxy answers with the code alone.
      assert.deepEqual(await page.run("return page.seen('complete')"), [
        ...[["open"], ["closing"], ["close", code, "", true]],
        ["complete"],
      ]);
      await other.run("await page.left");
    });
  });

  test(`with a dial: ${how}, which arrive at the other end`, async () => {
    await served(`rxjs-dial-${code}`, async (server, page) => {
      await page.run(`page.make(page.Dial); await page.seen("open"); page.subject.${end}`);
      assert.deepEqual(await page.run("return page.seen('complete')"), [
        ...[["open"], ["closing"], ["close", code, reason, true]],
        ["complete"],
      ]);
      assert.deepEqual(await server.run("return page.until((log) => log.length)"), [["close", code, reason]]);
    });
  });
}

/** The page has two topics, as the documentation of `multiplex` shows a server. */
const SERVES = `page.ws.ondial = (event) => {
    const socket = (page.served = event.accept());
    socket.onmessage = ({ data }) => {
      const { subscribe, unsubscribe } = JSON.parse(data);
      page.tell(subscribe ? "subscribe" : "unsubscribe", subscribe ?? unsubscribe);
      for (let n = 0; subscribe && n < 3; n++) socket.send(JSON.stringify({ type: subscribe, n }));
    };
    socket.onclose = ({ code, reason }) => page.tell("close", code, reason);
  };`;

/**
 * @param {string} channel
 * @param {(server: Actor, page: Actor) => Promise<void>} body
 */
const served = (channel, body) =>
  met(here, channel, async (server, page) => {
    await server.run(SERVES);
    await page.run(MAKES);
    await body(server, page);
  });

test("with a dial: two multiplexed topics share one stream, and each is unsubscribed", async () => {
  await served("rxjs-multiplex", async (server, page) => {
    const got = await page.run(`const subject = lib.webSocket({ url: "the peer", WebSocketCtor: page.Dial });
      const topic = (name) => subject.multiplex(
        () => ({ subscribe: name }), () => ({ unsubscribe: name }), ({ type }) => type === name);
      const all = (name) => new Promise((resolve, error) => {
        topic(name).pipe(lib.take(3), lib.toArray()).subscribe({ next: resolve, error });
      });
      return [await Promise.all(["a", "b"].map(all)), page.dials.length];`);
    const topic = (/** @type {string} */ type) => [0, 1, 2].map((n) => ({ type, n }));
    assert.deepEqual(got, [[topic("a"), topic("b")], 1]);
    const log = await server.run("return page.until((log) => log.some(([word]) => word === 'close'))");
    assert.deepEqual(log.slice(0, 2), [
      ["subscribe", "a"],
      ["subscribe", "b"],
    ]);
    assert.deepEqual(log.at(-1), ["close", 1005, ""], "the last one that goes closes the stream");
    assert.ok(log.some((/** @type {string[]} */ entry) => `${entry}` === "unsubscribe,a"));
  });
});

test("with a dial: bytes by binaryType, serializer and deserializer", async () => {
  await met(here, "rxjs-bytes", async (server, page) => {
    await server.run(`page.ws.ondial = (event) => {
        const socket = event.accept();
        socket.onmessage = ({ data }) => socket.send(data);
      };`);
    const told = await page.run(`${MAKES}
      page.make(page.Dial, {
        binaryType: "arraybuffer", serializer: (list) => new Uint8Array(list), deserializer: ({ data }) => [...new Uint8Array(data)],
      }).next([1, 2, 255]);
      return page.seen("next");`);
    assert.deepEqual(told.at(-1), ["next", [1, 2, 255]]);
  });
});

test("with a dial: what the server closes completes, and what it refuses is an error", async () => {
  await served("rxjs-closed", async (server, page) => {
    await page.run('page.make(page.Dial); await page.seen("open");');
    await server.run('page.served.close(4000, "done")');
    assert.deepEqual(await page.run("return page.seen('complete')"), [
      ...[["open"], ["close", 4000, "done", true]],
      ["complete"],
    ]);
    await server.run("page.ws.ondial = null");
    const log = await page.run('page.make(page.Dial); await page.seen("error"); return page.seen("close", 2);');
    assert.deepEqual(log.slice(3), [
      ["error", "error"],
      ["close", 1006, "", false],
    ]);
  });
});

test("with a dial: a peer that leaves is an error, and retry() dials the next one", async () => {
  await served("rxjs-gone", async (server, page) => {
    await page.run(`page.back = page.next(page.ws, "message").then(({ peer }) => { page.peer = peer; });
      const delay = ({ type, code }) => { page.tell("lost", type, code); return page.back; };
      const subject = (page.subject = lib.webSocket({ url: "the peer", WebSocketCtor: page.Dial }));
      subject.pipe(lib.retry({ delay })).subscribe((value) => page.tell("next", value));
      subject.next({ subscribe: "a" });
      await page.seen("next", 3);`);
    await server.leave();
    const second = await enter(here.browser, `${here.sites[0].origin}/?channel=rxjs-gone`);
    await second.run(`await page.met; ${SERVES} page.ws.send("I serve");`);
    await page.run("await page.back; page.subject.next({ subscribe: 'a' });");
    const log = await page.run("return page.seen('next', 6)");
    assert.deepEqual(log[3], ["lost", "close", 1006]);
    await second.leave();
  });
});
