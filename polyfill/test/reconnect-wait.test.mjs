/** How long a channel that is lost waits for its next attempt, and what holds it meanwhile. */
import assert from "node:assert/strict";

import { begin, inPage, stopClock } from "./chromium.mjs";
import { collect } from "./collect.mjs";

/**
 * @import { Page } from "playwright-core"
 * @import { FakeProxy } from "./fake-proxy.mjs"
 */

/**
 * Stops the page's clock in a pause, where nothing but time or what a test does can end it.
 * @param {Page} page
 * @param {FakeProxy} proxy
 * @param {string} endpoint
 */
async function pause(page, proxy, endpoint) {
  await stopClock(page);
  await page.evaluate((endpoint) => {
    globalThis.count = countConnections();
    const ws = record(endpoint, [], "chan", { reconnect: true });
    ws.onreconnecting = ({ detail }) => (globalThis.delay = detail.delay);
    globalThis.refs = [new WeakRef(ws)];
  }, endpoint);
  await begin(page);
  (await proxy.admit()).socket.terminate();
  return page.evaluate(() => happens("root reconnecting 1 [0]").then(() => delay));
}

/** @param {Page} page */
const tried = (page) => page.evaluate(() => count.tried);

inPage("it waits as long as it said", async ({ page, proxy, endpoint }) => {
  const delay = await pause(page, proxy, endpoint);
  await page.clock.runFor(Math.floor(delay) - 1);
  assert.equal(await tried(page), 1);
  await page.clock.runFor(2);
  assert.equal(await tried(page), 2);
  await proxy.admit();
  await page.evaluate(() => happens("root open [1]", 2));
  await page.clock.runFor(600_000);
  assert.equal(await tried(page), 2);
});

for (const [hope, dispatch] of [
  ["the network is back", () => dispatchEvent(new Event("online"))],
  ["somebody looks at the page", () => document.dispatchEvent(new Event("visibilitychange"))],
]) {
  inPage(`it waits no longer when ${hope}`, async ({ page, proxy, endpoint }) => {
    await pause(page, proxy, endpoint);
    await page.evaluate(dispatch);
    assert.equal(await tried(page), 2);
    // Once is enough, and the timer is forgotten.
    await page.evaluate(dispatch);
    await proxy.admit();
    await page.evaluate(() => happens("root open [1]", 2));
    await page.clock.runFor(600_000);
    await page.evaluate(dispatch);
    assert.equal(await tried(page), 2);
  });
}

inPage("it waits on while nobody looks at the page", async ({ page, proxy, endpoint }) => {
  await pause(page, proxy, endpoint);
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  assert.equal(await tried(page), 1);
});

inPage("listeners hold it through a pause, and nothing holds it after its end", async ({ page, proxy, endpoint }) => {
  await pause(page, proxy, endpoint);
  assert.equal(await collect(page), false);
  await page.clock.runFor(100);
  await proxy.admit();
  await page.evaluate(() => happens("root open [1]", 2));
  await page.evaluate(async () => {
    const ws = refs[0].deref();
    if (!(ws instanceof NetworkWebSocket)) return;
    ws.close();
    await next(ws, "close");
  });
  assert.ok(await collect(page));
});
