/** `probe()` and `requestPermission()`: what a page may know and do before it makes a socket. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { within } from "./deadline.mjs";
import { Impostor } from "./impostor.mjs";
import { GRANTED, internet, permission, strict } from "./public.mjs";

/** @import { Frame } from "playwright-core" */

const net = internet();

/**
 * @param {Frame} page
 * @param {string} endpoint
 */
const probe = (page, endpoint) =>
  within(
    "an answer",
    page.evaluate((given) => NetworkWebSocket.probe({ endpoint: given }), endpoint),
  );
/**
 * @param {Frame} page
 * @param {string} endpoint
 */
const request = (page, endpoint) =>
  within(
    "a decision",
    page.evaluate((given) => NetworkWebSocket.requestPermission({ endpoint: given }), endpoint),
  );

test("a probe where nobody has to be asked says whether there is a proxy", () =>
  net.visit(net.loopback, undefined, async (page) => {
    assert.deepEqual(await probe(page, net.proxy.ws), {
      ok: true,
      permission: "granted",
      reason: null,
      message: "",
    });
    const { ok, reason, message } = await probe(page, net.down);
    assert.deepEqual([ok, reason], [false, "proxy-not-running"]);
    assert.match(message, /start it/);
  }));

for (const host of ["public.test", "localhost.public.test"]) {
  test(`a probe on ${host} asks nobody, and says that somebody will be asked`, () =>
    net.visit(net.secure.replace("public.test", host), undefined, async (page) => {
      const { ok, permission: state, reason } = await probe(page, net.proxy.ws);
      assert.deepEqual([ok, state, reason], [false, "prompt", null]);
      // A browser without a window answers each question with no at once.
      assert.equal(await permission(page), "prompt");
    }));
}

test("for an endpoint that is not on this machine nobody has to be asked", () =>
  net.visit(net.secure, undefined, async (page) => {
    const asked = page.page().waitForRequest((request) => request.url().startsWith(`${net.other}/status?`));
    const { ok, permission: state, reason } = await probe(page, net.other.replace("https", "wss"));
    assert.deepEqual([ok, state, reason], [false, "granted", "proxy-not-running"]);
    await asked;
    assert.equal(await permission(page), "prompt");
  }));

test("a probe takes an endpoint by http as well", () =>
  net.visit(net.loopback, undefined, async (page) => assert.equal((await probe(page, net.proxy.http)).ok, true)));

test("that one endpoint is forbidden says nothing of others", () =>
  net.visit(strict(net.loopback, `connect-src ${net.proxy.http}`), undefined, async (page) => {
    assert.equal((await probe(page, net.down)).reason, "blocked");
    assert.equal((await probe(page, net.proxy.ws)).reason, null);
  }));

test("a probe knows what was decided", async () => {
  await net.visit(net.secure, GRANTED, async (page) => {
    assert.deepEqual(await probe(page, net.proxy.ws), {
      ok: true,
      permission: "granted",
      reason: null,
      message: "",
    });
  });
  await net.visit(net.secure, undefined, async (page) => {
    assert.equal(await request(page, net.proxy.ws), "denied");
    const { ok, permission: state, reason } = await probe(page, net.proxy.ws);
    assert.deepEqual([ok, state, reason], [false, "denied", "permission-denied"]);
  });
  await net.visit(net.insecure, undefined, async (page) => {
    assert.equal((await probe(page, net.proxy.ws)).reason, "insecure-context");
  });
});

test("a request makes the browser ask, whether or not there is a proxy, and tells the decision", async () => {
  for (const endpoint of [net.proxy.ws, net.down]) {
    await net.visit(net.secure, undefined, async (page) => {
      assert.equal(await permission(page), "prompt");
      assert.equal(await request(page, endpoint), "denied");
    });
    await net.visit(net.secure, GRANTED, async (page) => assert.equal(await request(page, endpoint), "granted"));
  }
});

test("an endpoint may be a function, and both classes have both", () =>
  net.visit(net.loopback, undefined, async (page) => {
    const told = await page.evaluate(
      async (endpoint) => [
        (await LocalWebSocket.probe({ endpoint: async () => endpoint })).ok,
        await LocalWebSocket.requestPermission({ endpoint: () => endpoint }),
      ],
      net.proxy.ws,
    );
    assert.deepEqual(told, [true, "granted"]);
    const shapes = await page.evaluate(() =>
      ["probe", "requestPermission"].map((name) => {
        const shape = Object.getOwnPropertyDescriptor(NetworkWebSocket, name);
        const { writable, enumerable, configurable, value } = shape ?? {};
        return [writable, enumerable, configurable, value.name, value.length];
      }),
    );
    assert.deepEqual(shapes, [
      [true, true, true, "probe", 0],
      [true, true, true, "requestPermission", 0],
    ]);
  }));

test("a probe of a proxy that takes long says that there is one", async (t) => {
  const slow = await Impostor.start(t, { status: new Promise(() => {}) });
  await net.visit(net.loopback, undefined, async (page) => assert.equal((await probe(page, slow.ws)).ok, true));
});

for (const [answer, reason] of [
  ["granted", "proxy-not-running"],
  ["denied", "permission-denied"],
]) {
  test(`a socket that fails while the question is on the screen waits for the answer: ${answer}`, () =>
    net.visit(net.secure, GRANTED, async (page) => {
      const early = await within(
        "somebody who waits",
        page.evaluate(
          (endpoint) =>
            new Promise((waited) => {
              // No browser without a window leaves a question unanswered.
              const status = {
                state: "prompt",
                heard() {},
                /** @param {() => void} heard */
                set onchange(heard) {
                  this.heard = heard;
                  waited(globalThis.attempted);
                },
              };
              Object.assign(navigator.permissions, { query: async () => status });
              globalThis.question = status;
              globalThis.attempt(endpoint).then((seen) => {
                globalThis.attempted = seen;
              });
            }),
          net.down,
        ),
      );
      assert.equal(early, undefined);
      const outcome = page.waitForFunction(() => globalThis.attempted);
      await page.evaluate((state) => {
        question.state = state;
        question.heard();
      }, answer);
      const [error, close] = (await (await within("the end", outcome)).jsonValue()) ?? [];
      assert.deepEqual([error.reason, close.code], [reason, 1006]);
    }));
}
