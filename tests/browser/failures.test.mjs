/** Why a socket does not open, as a page is told: on sites of the internet and of this machine, in frames and workers. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { within } from "./deadline.mjs";
import { Impostor } from "./impostor.mjs";
import { NwsProxy } from "./proxy.mjs";
import { framing, GRANTED, internet, pages, permission, strict } from "./public.mjs";

/**
 * @import { Frame } from "playwright-core"
 * @import { Behaviour } from "./impostor.mjs"
 */

const net = internet();

/**
 * @param {Frame} page
 * @param {string} address
 */
const attempt = (page, address) =>
  within(
    "the end of an attempt",
    page.evaluate((endpoint) => globalThis.attempt(endpoint), address),
  );

/**
 * It failed once, for `reason`, with a message that says what to do, and closed once.
 * @param {Seen[]} seen
 * @param {string} reason
 * @param {RegExp} remedy
 */
function assertFailed(seen, reason, remedy) {
  assert.deepEqual(
    seen.map(({ type, state }) => [type, state]),
    [
      ["error", 3],
      ["close", 3],
    ],
    JSON.stringify(seen),
  );
  const [error, close] = seen;
  const { message = "" } = error;
  assert.equal(error.reason, reason, message);
  assert.match(message, remedy);
  assert.deepEqual([close.code, close.wasClean], [1006, false]);
}

/** @param {Seen[]} seen */
const assertOpened = (seen) => assert.deepEqual(seen, [{ type: "open", state: 1 }]);

test("a site that the person has not allowed says so, and where to allow it", () =>
  net.visit(net.secure, undefined, async (page) => {
    assert.equal(await permission(page), "prompt");
    assertFailed(await attempt(page, net.proxy.ws), "permission-denied", /Allow .* site settings/);
    // A browser without a window answers each question with no: so it has asked.
    assert.equal(await permission(page), "denied");
    assertFailed(await attempt(page, net.down), "permission-denied", /Allow .* site settings/);
  }));

test("a site that is allowed opens its socket, or says that there is no proxy", () =>
  net.visit(net.secure, GRANTED, async (page) => {
    assertOpened(await attempt(page, net.proxy.ws));
    assertFailed(await attempt(page, net.down), "proxy-not-running", /start it/);
  }));

test("a site that comes by http is told to come by https", () =>
  net.visit(net.insecure, undefined, async (page) => {
    assertFailed(await attempt(page, net.proxy.ws), "insecure-context", /https/);
    assertFailed(await attempt(page, net.down), "insecure-context", /https/);
  }));

/** @type {[string, () => string][]} */
const TOPS = [
  ["a site of the internet", () => net.other],
  ["a page of this machine", () => net.loopback],
];
for (const [place, top] of TOPS) {
  test(`a site in a frame of ${place} needs the attribute`, () =>
    net.visit(framing(top(), net.secure), undefined, async (frame) => {
      assertFailed(await attempt(frame, net.proxy.ws), "blocked", /allow="loopback-network"/);
    }));
}

test("a site in a frame with the attribute needs the permission, and nothing else", async () => {
  const address = framing(net.other, net.secure, "loopback-network");
  await net.visit(address, undefined, async (frame) => {
    assertFailed(await attempt(frame, net.proxy.ws), "permission-denied", /Allow .* site settings/);
  });
  await net.visit(address, GRANTED, async (frame) => assertOpened(await attempt(frame, net.proxy.ws)));
});

test("a page of this machine needs no attribute in a frame of another one", () =>
  net.visit(framing(net.loopback, net.loopback.replace("127.0.0.1", "localhost")), undefined, async (frame) => {
    assertFailed(await attempt(frame, net.down), "proxy-not-running", /start it/);
  }));

test("a sandboxed frame of a page of this machine has no address of its own, and asks nobody", () =>
  net.visit(`${net.loopback}/sandbox.html`, undefined, async (frame) => {
    assert.deepEqual(await frame.evaluate(() => [origin, location.href]), ["null", "about:srcdoc"]);
    assertFailed(await attempt(frame, net.down), "proxy-not-running", /start it/);
  }));

test("a site is not told of a permission that its endpoint does not need", () =>
  net.visit(net.secure, undefined, async (page) => {
    assertFailed(await attempt(page, net.other.replace("https", "wss")), "proxy-not-running", /start it/);
    assert.equal(await permission(page), "prompt");
  }));

/**
 * How a page asks a worker of each kind.
 * @type {Record<string, (message: string[]) => Promise<Seen[]>>}
 */
const WORKERS = {
  dedicated: (message) =>
    new Promise((resolve) => {
      const worker = new Worker("/worker.js");
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(message);
    }),
  shared: (message) =>
    new Promise((resolve) => {
      const { port } = new SharedWorker("/worker.js");
      port.onmessage = ({ data }) => resolve(data);
      port.postMessage(message);
    }),
  service: async (message) => {
    await navigator.serviceWorker.register("/worker.js");
    const { active } = await navigator.serviceWorker.ready;
    return new Promise((resolve) => {
      navigator.serviceWorker.onmessage = ({ data }) => resolve(data);
      navigator.serviceWorker.startMessages();
      active?.postMessage(message);
    });
  },
};

for (const [kind, ask] of Object.entries(WORKERS)) {
  test(`a ${kind} worker of a site needs the permission, and nothing else`, async () => {
    /**
     * @param {Frame} page
     * @param {string} endpoint
     */
    const inWorker = (page, endpoint) => within("the answer of a worker", page.evaluate(ask, ["attempt", endpoint]));
    await net.visit(net.secure, undefined, async (page) => {
      assertFailed(await inWorker(page, net.proxy.ws), "permission-denied", /Allow .* site settings/);
    });
    await net.visit(net.secure, GRANTED, async (page) => {
      assertOpened(await inWorker(page, net.proxy.ws));
      assertFailed(await inWorker(page, net.down), "proxy-not-running", /start it/);
    });
    await net.visit(net.loopback, undefined, async (page) => {
      assertFailed(await inWorker(page, net.down), "proxy-not-running", /start it/);
    });
  });
}

test("a page that is a file asks nobody", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "nws-page-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "page.html");
  await writeFile(file, await pages("/"));
  await net.visit(pathToFileURL(file).href, undefined, async (page) => {
    assertOpened(await attempt(page, net.proxy.ws));
    assertFailed(await attempt(page, net.down), "proxy-not-running", /start it/);
    assert.equal(await permission(page), "prompt");
  });
});

test("a page of this machine is never the cause of a question", () =>
  net.visit(net.loopback, undefined, async (page) => {
    assertOpened(await attempt(page, net.proxy.ws));
    assertFailed(await attempt(page, net.down), "proxy-not-running", /start it/);
    const told = await page.evaluate(
      async (endpoint) => [
        (await NetworkWebSocket.probe({ endpoint })).permission,
        await NetworkWebSocket.requestPermission({ endpoint }),
      ],
      net.proxy.ws,
    );
    assert.deepEqual(told, ["granted", "granted"]);
    assert.equal(await permission(page), "prompt");
  }));

test("a proxy that does not serve the site says so", async (t) => {
  const picky = await NwsProxy.during(t, "--allow-origin", "https://someone.test");
  await net.visit(net.loopback, undefined, async (page) => {
    const origin = await page.evaluate(() => globalThis.origin);
    assertFailed(await attempt(page, picky.ws), "origin-not-allowed", new RegExp(`--allow-origin ${origin}\\.$`));
  });
});

test("a page whose policy forbids WebAssembly says which word is missing", () =>
  net.visit(strict(net.loopback, "script-src 'unsafe-inline'"), undefined, async (page) => {
    assertFailed(await attempt(page, net.proxy.ws), "blocked", /'wasm-unsafe-eval'/);
    const { reason, message } = await page.evaluate((endpoint) => NetworkWebSocket.probe({ endpoint }), net.proxy.ws);
    assert.equal(reason, "blocked");
    assert.match(message, /'wasm-unsafe-eval'/);
    const states = await page.evaluate(async (endpoint) => {
      const ws = new NetworkWebSocket("chan", { endpoint });
      ws.close(1000, "enough");
      await new Promise((resolve) => ws.addEventListener("close", resolve));
      ws.close();
      return ws.readyState;
    }, net.proxy.ws);
    assert.equal(states, 3);
  }));

test("a page whose policy forbids the connection says which directive", () =>
  net.visit(strict(net.loopback, "connect-src 'self'"), undefined, async (page) => {
    assertFailed(await attempt(page, net.proxy.ws), "blocked", /connect-src/);
    const { reason, message } = await page.evaluate((endpoint) => NetworkWebSocket.probe({ endpoint }), net.proxy.ws);
    assert.equal(reason, "blocked");
    assert.match(message, /connect-src/);
  }));

test("a page whose policy allows the socket alone is not told that it is blocked", () =>
  net.visit(strict(net.loopback, "connect-src ws:"), undefined, async (page) => {
    assertOpened(await attempt(page, net.proxy.ws));
    assertFailed(await attempt(page, net.down), "proxy-not-running", /start it/);
  }));

const LATER = { service: "networkwebsockets", protocol: 2, origin: "allowed" };
/** @type {Record<string, [behaviour: Behaviour, reason: string, remedy: RegExp]>} */
const OTHERS = {
  "a proxy of a later protocol that refuses": [{ status: LATER }, "version-mismatch", /update it/],
  "a proxy of a later protocol that is silent": [{ status: LATER, welcome: () => {} }, "version-mismatch", /update it/],
  "a proxy of a later protocol that says something else": [
    { status: LATER, welcome: (socket) => socket.send('{"hello":2}') },
    "version-mismatch",
    /update it/,
  ],
  "a server that is no proxy": [{}, "proxy-not-running", /start it/],
  "a server of sockets that is no proxy": [{ welcome: () => {} }, "proxy-not-running", /start it/],
};

for (const [who, [behaviour, reason, remedy]] of Object.entries(OTHERS)) {
  test(`${who} is told from a proxy`, async (t) => {
    const impostor = await Impostor.start(t, behaviour);
    await net.visit(net.loopback, undefined, async (page) =>
      assertFailed(await attempt(page, impostor.ws), reason, remedy),
    );
  });
}

test("a site that tries too many names, and one that finds the channel full, are told to wait", async (t) => {
  const small = await NwsProxy.during(t, "--max-peers-per-channel", "1");
  await net.visit(net.secure, GRANTED, async (page) => {
    assertOpened(await attempt(page, small.ws));
    const [error, close] = await attempt(page, small.ws);
    assert.deepEqual([error.reason, close.code, close.wasClean], ["limit", 4503, true]);
    assert.match(error.message ?? "", /later/);
    const last = await page.evaluate(async (endpoint) => {
      for (let i = 0; ; i++) {
        const seen = await globalThis.attempt(endpoint, `name-${i}`);
        if (seen[0].type !== "open") return seen;
      }
    }, small.ws);
    assert.deepEqual([last[0].reason, last[1].code], ["limit", 4429]);
    assert.match(last[0].message ?? "", /names.*later/);
  });
});

test("a page that closes while the reason is looked for need not wait for it", async (t) => {
  const slow = await Impostor.start(t, { status: new Promise(() => {}) });
  await net.visit(net.loopback, undefined, async (page) => {
    await page.evaluate((endpoint) => {
      const socket = new NetworkWebSocket("attempts", { endpoint });
      window.socket = socket;
      window.seen = [];
      window.over = new Promise((resolve) => {
        socket.addEventListener("close", ({ code }) => resolve(code));
      });
      for (const type of ["error", "close"]) socket.addEventListener(type, () => window.seen.push(type));
    }, slow.ws);
    await within("the question what it is", slow.asked);
    assert.deepEqual(await page.evaluate(() => [window.socket.readyState, window.seen]), [0, []]);
    const seen = await within(
      "the end",
      page.evaluate(() => {
        window.socket.close();
        return window.over.then((code) => [...window.seen, code]);
      }),
    );
    assert.deepEqual(seen, ["error", "close", 1006]);
  });
});
