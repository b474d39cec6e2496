/** Streams between pages: WebSockets whose two ends are peers of one channel. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { world } from "./world.mjs";

/** @import { Page } from "playwright-core" */

const here = world();

/**
 * Two pages of two sites that have met in a channel. Each has `ws`, `peer` (the other one) and `next(target, type)`.
 * @param {string} channel
 * @param {(a: Page, b: Page) => Promise<void>} body
 */
async function met(channel, body) {
  const contexts = await Promise.all([0, 1].map(() => here.browser.newContext()));
  try {
    const pages = await Promise.all(contexts.map((context) => context.newPage()));
    await Promise.all(
      pages.map(async (page, n) => {
        page.on("pageerror", (error) => assert.fail(error));
        await page.goto(`${here.sites[n]?.origin}/streams.html`);
        await page.evaluate(join, { channel, endpoint: here.proxy.ws });
      }),
    );
    await Promise.all(pages.map((page) => page.evaluate("met")));
    await body(/** @type {Page} */ (pages[0]), /** @type {Page} */ (pages[1]));
  } finally {
    await Promise.all(contexts.map((context) => context.close()));
  }
}

/** @param {{channel: string, endpoint: string}} joining */
function join({ channel, endpoint }) {
  /** @type {any} */
  const page = globalThis;
  page.next = (/** @type {EventTarget} */ target, /** @type {string} */ type) =>
    new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
  page.ws = new page.NetworkWebSocket(channel, { endpoint });
  page.met = page.next(page.ws, "connect").then((/** @type {any} */ { detail }) => {
    page.peer = detail.target;
  });
}

/** The page sends back what it gets, and keeps how each stream ended. */
const ECHO = `globalThis.ends = [];
  ws.ondial = (event) => {
    globalThis.dialled = event.accept(event.protocols[0]);
    dialled.onmessage = ({ data }) => dialled.send(data);
    dialled.onclose = ({ code, reason, wasClean }) => ends.push([code, reason, wasClean]);
  };`;

test("a page dials another one, and both say what they like", async () => {
  await met("stream-echo", async (a, b) => {
    await b.evaluate(ECHO);
    const told = await a.evaluate(`(async () => {
      const socket = peer.dial(["x", "y"]);
      const told = [socket.readyState, socket.url === "nws:stream-echo/" + peer.id, socket.extensions];
      await next(socket, "open");
      told.push(socket.readyState, socket.protocol, socket.peer === peer);
      socket.binaryType = "arraybuffer";
      const long = "ä😀".repeat(100_000);
      for (const data of ["", "hi", long, new Uint8Array(300_000).fill(7), new Uint8Array(0), new Blob(["blob"])]) {
        socket.send(data);
        const { data: back } = await next(socket, "message");
        told.push(typeof data === "string" ? back === data : back.byteLength);
      }
      socket.close(4001, "done");
      told.push(socket.readyState);
      const { code, reason, wasClean } = await next(socket, "close");
      return [...told, code, reason, wasClean, socket.readyState, socket.bufferedAmount];
    })()`);
    assert.deepEqual(told, [
      ...[0, true, "", 1, "x", true],
      ...[true, true, true, 300_000, 0, 4],
      ...[2, 4001, "done", true, 3, 0],
    ]);
    assert.deepEqual(await b.evaluate("ends"), [[4001, "done", true]]);
  });
});

test("a dial is refused, decided late, or answered by nobody", async () => {
  await met("stream-refused", async (a, b) => {
    const dial = `(async () => {
      const socket = peer.dial("x");
      const [error, close] = await Promise.all([next(socket, "error"), next(socket, "close")]);
      return [error.reason, close.code, close.reason, close.wasClean];
    })()`;
    assert.deepEqual(await a.evaluate(dial), ["refused", 1006, "", false], "nobody listens");
    await b.evaluate("ws.ondial = () => {}");
    assert.deepEqual(await a.evaluate(dial), ["refused", 1006, "", false], "nobody decides");
    await b.evaluate('ws.ondial = (event) => event.reject(4321, "busy")');
    assert.deepEqual(await a.evaluate(dial), ["refused", 4321, "busy", true]);
    await b.evaluate("ws.ondial = (event) => event.respondWith(new Promise((resolve) => setTimeout(resolve)))");
    assert.deepEqual(await a.evaluate(dial), ["refused", 1006, "", false], "the promise was settled");
    await b.evaluate(`ws.ondial = (event) => {
      event.respondWith((async () => {
        await new Promise((resolve) => setTimeout(resolve));
        globalThis.late = event.accept();
        globalThis.again = [];
        for (const wrong of [() => event.accept(), () => event.reject()]) {
          try { wrong(); } catch ({ name }) { again.push(name); }
        }
      })());
    }`);
    assert.equal(
      await a.evaluate(`(async () => { const s = peer.dial(); await next(s, "open"); return s.protocol; })()`),
      "",
    );
    assert.deepEqual(await b.evaluate("again"), ["InvalidStateError", "InvalidStateError"]);
    await b.evaluate(`ws.ondial = (event) => {
      try { event.accept("z"); } catch ({ name }) { globalThis.wrong = name; }
    }`);
    assert.deepEqual(await a.evaluate(dial), ["refused", 1006, "", false]);
    assert.equal(await b.evaluate("wrong"), "SyntaxError", "this protocol was not offered");
  });
});

test("what pages may not do throws as with WebSocket", async () => {
  await met("stream-wrong", async (a, b) => {
    await b.evaluate(ECHO);
    const names = await a.evaluate(`(async () => {
      const names = [];
      const tries = (wrong) => { try { wrong(); names.push("nothing"); } catch ({ name }) { names.push(name); } };
      tries(() => peer.dial("a b"));
      tries(() => peer.dial(["a", "a"]));
      tries(() => new DialedWebSocket());
      const socket = peer.dial();
      tries(() => socket.send("too early"));
      await next(socket, "open");
      tries(() => socket.send());
      tries(() => socket.close(1001));
      tries(() => socket.close(1000, "x".repeat(124)));
      socket.close();
      socket.send("too late");
      names.push(socket.bufferedAmount);
      const { code } = await next(socket, "close");
      return [...names, code];
    })()`);
    assert.deepEqual(names, [
      ...["SyntaxError", "SyntaxError", "TypeError", "InvalidStateError"],
      ...["TypeError", "InvalidAccessError", "SyntaxError", 8, 1005],
    ]);
  });
});

test("a reader that stops holds back its own sender and nobody else", async () => {
  await met("stream-slow", async (a, b) => {
    await b.evaluate(`globalThis.sockets = [];
      ws.ondial = (event) => {
        const socket = event.accept();
        socket.reader = socket.readable.getReader();
        sockets.push(socket);
      };`);
    const buffered = await a.evaluate(`(async () => {
      globalThis.slow = peer.dial();
      globalThis.quick = peer.dial();
      await Promise.all([slow, quick].map((socket) => next(socket, "open")));
      for (let n = 0; n < 40; n++) slow.send(new Uint8Array(100_000).fill(n));
      for (let n = 0; n < 40; n++) quick.send(new Uint8Array(100_000).fill(n));
      return [slow.bufferedAmount, quick.bufferedAmount];
    })()`);
    const least = Math.min(.../** @type {number[]} */ (buffered));
    assert.ok(least > 3_000_000, `${buffered}`);
    const read = (/** @type {number} */ which) =>
      b.evaluate(`(async () => {
        const got = [];
        while (got.length < 40) got.push((await sockets[${which}].reader.read()).value);
        return got.map((bytes) => [bytes.length, bytes[0], bytes.at(-1)]);
      })()`);
    const all = Array.from({ length: 40 }, (_, n) => [100_000, n, n]);
    assert.deepEqual(await read(1), all);
    assert.ok(/** @type {number} */ (await a.evaluate("slow.bufferedAmount")) > 3_000_000);
    assert.deepEqual(await read(0), all);
  });
});

test("messages come by iteration, and nothing is lost before the end", async () => {
  await met("stream-iterate", async (a, b) => {
    await b.evaluate(`ws.ondial = (event) => {
      const messages = event.accept().messages();
      globalThis.told = (async () => {
        const told = [];
        try { for await (const { data } of messages) { told.push(data); await new Promise((r) => setTimeout(r)); } }
        catch ({ name, closeCode }) { told.push(name, closeCode); }
        return told;
      })();
    };
    globalThis.broadcasts = ws.messages();`);
    for (const [code, end] of /** @type {const} */ ([
      [1000, []],
      [4000, ["NetworkError", 4000]],
    ])) {
      await a.evaluate(`(async () => {
        const socket = peer.dial();
        await next(socket, "open");
        for (let n = 0; n < 20; n++) socket.send(String(n));
        socket.close(${code});
        await next(socket, "close");
      })()`);
      assert.deepEqual(await b.evaluate("told"), [...Array.from({ length: 20 }, (_, n) => `${n}`), ...end]);
    }
    await a.evaluate("for (let n = 0; n < 5; n++) ws.send(String(n)); ws.close();");
    const heard = `(async () => { const heard = []; for (let n = 0; n < 5; n++) heard.push((await broadcasts.next()).value.data); return heard; })()`;
    assert.deepEqual(await b.evaluate(heard), ["0", "1", "2", "3", "4"]);
  });
});

test("streams end with the peer, after all that it has said", async () => {
  await met("stream-gone", async (a, b) => {
    await b.evaluate(`globalThis.log = [];
      ws.ondial = (event) => {
        const socket = event.accept();
        socket.onmessage = ({ data }) => log.push(data);
        socket.onerror = ({ reason }) => log.push(reason);
        socket.onclose = ({ code, wasClean }) => log.push(code, wasClean);
      };
      globalThis.left = next(ws, "disconnect").then(() => log.push("disconnect"));
      0;`);
    await a.evaluate(`(async () => {
      const socket = peer.dial();
      await next(socket, "open");
      socket.send("last words");
      ws.close();
    })()`);
    await b.evaluate("left");
    assert.deepEqual(await b.evaluate("log"), ["last words", 1006, false, "disconnect"]);
  });
});

test("dials beyond the limit, and to a page without streams, fail at once", async () => {
  await met("stream-limit", async (a, b) => {
    await b.evaluate("ws.ondial = (event) => event.accept()");
    const reasons = `(async () => {
      const reasons = {};
      const count = (word) => { reasons[word] = (reasons[word] ?? 0) + 1; };
      await Promise.all(Array.from({ length: 20 }, () => new Promise((resolve) => {
        const socket = peer.dial();
        socket.onopen = () => resolve(count("open"));
        socket.onerror = ({ reason }) => resolve(count(reason));
      })));
      return reasons;
    })()`;
    assert.deepEqual(await a.evaluate(reasons), { open: 16, limit: 4 });
  });
  await met("stream-old", async (a, b) => {
    await a.evaluate("ws.ondial = (event) => event.accept()");
    await b.goto(
      `${here.sites[1]?.origin}/classic.html?channel=stream-old&proxy=${here.proxy.ws}&kind=NetworkWebSocket&reconnect=false`,
    );
    const reason = `(async () => {
      const found = () => ws.peers.find(({ readyState }) => readyState === 1);
      if (!found()) await next(ws, "connect");
      const socket = ws.peers.at(-1).dial();
      return (await next(socket, "error")).reason;
    })()`;
    assert.equal(await a.evaluate(reason), "not-supported");
  });
});
