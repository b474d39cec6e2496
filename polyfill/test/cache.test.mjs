/** A page that a browser keeps in its back/forward cache, where it does not run, is not there. */
import assert from "node:assert/strict";

import { inPage, launch } from "./chromium.mjs";

/**
 * @import { Page } from "playwright-core"
 * @import { FakeProxy } from "./fake-proxy.mjs"
 */

/**
 * Makes `ws` in the page, with a peer.
 * @param {Page} page
 * @param {FakeProxy} proxy
 * @param {string} endpoint
 * @param {boolean} reconnect
 */
async function join(page, proxy, endpoint, reconnect) {
  await page.evaluate(
    ({ endpoint, reconnect }) => {
      globalThis.log = [];
      globalThis.ws = record(endpoint, log, "chan", { reconnect });
    },
    { endpoint, reconnect },
  );
  const client = await proxy.admit("a");
  await page.evaluate(() => happens("a open [1]"));
  await page.evaluate(() => (log.length = 0));
  return client;
}

/**
 * @param {Page} page
 * @param {string} type
 * @param {boolean} persisted
 */
const go = (page, type, persisted) =>
  page.evaluate(
    ({ type, persisted }) => {
      dispatchEvent(new PageTransitionEvent(type, { persisted }));
      return [ws.readyState, log.length];
    },
    { type, persisted },
  );

inPage("it leaves, and learns of that when it is back", async ({ page, proxy, endpoint }) => {
  const client = await join(page, proxy, endpoint, false);
  assert.deepEqual(await go(page, "pagehide", true), [2, 0]);
  await client.closed;
  assert.deepEqual(await page.evaluate(() => log), []);
  await go(page, "pageshow", true);
  const end = ["a close 1006 false [3]", "root disconnect a [3]", "root close 1006 false [3]"];
  assert.deepEqual(await page.evaluate(() => log), end);
  await go(page, "pagehide", true);
  await go(page, "pageshow", true);
  assert.deepEqual(await page.evaluate(() => log), end);
});

inPage("it comes back by itself", async ({ page, proxy, endpoint }) => {
  for (const times of [1, 2]) {
    const client = times === 1 ? await join(page, proxy, endpoint, true) : await proxy.admit("a");
    await page.evaluate((times) => happens("a open [1]", times), times);
    await page.evaluate(() => (log.length = 0));
    await go(page, "pagehide", true);
    await client.closed;
    await go(page, "pageshow", true);
    const loss = ["a close 1006 false [3]", "root disconnect a [0]", `root reconnecting ${times} [0]`];
    assert.deepEqual(await page.evaluate(() => log.slice(0, 3)), loss);
  }
  (await proxy.admit()).broadcast("b", "hello");
  await page.evaluate(() => happens("root message hello from b by undefined [1]"));
});

inPage("close() while it leaves", async ({ page, proxy, endpoint }) => {
  const client = await join(page, proxy, endpoint, true);
  await page.evaluate(() => addEventListener("pagehide", () => ws.close(), { once: true }));
  await go(page, "pagehide", true);
  await client.closed;
  await go(page, "pageshow", true);
  assert.deepEqual((await page.evaluate(() => log)).at(-1), "root close 1006 false [3]");
  assert.equal(proxy.met, 1);
});

inPage("a page that is left for good is the browser's affair", async ({ page, proxy, endpoint }) => {
  const client = await join(page, proxy, endpoint, false);
  assert.deepEqual(await go(page, "pagehide", false), [1, 0]);
  client.broadcast("a", "still here");
  await page.evaluate(() => happens("root message still here from a by a [1]"));
});

inPage("a browser that really keeps pages", async ({ page, proxy, endpoint }) => {
  const browser = await launch(["--disable-back-forward-cache"]);
  try {
    const kept = await browser.newPage();
    await kept.goto(page.url());
    await kept.evaluate((endpoint) => {
      /** @type {string[]} */
      const log = [];
      const ws = record(endpoint, log, "chan", { reconnect: true });
      addEventListener("pageshow", ({ persisted }) => log.push(`shown ${persisted}`));
      ws.addEventListener("open", () => ws.send(log.join()));
    }, endpoint);
    const client = await proxy.admit();
    assert.deepEqual(await client.frame(), { action: "broadcast", data: "root open [1]" });
    await kept.goto(page.url().replace("script", "blank"));
    await client.closed;
    await kept.evaluate(() => history.back());
    const frame = await (await proxy.admit()).frame();
    assert.equal(Reflect.get(frame, "data"), "root open [1],shown true,root reconnecting 1 [0],root open [1]");
  } finally {
    await browser.close();
  }
});
