/** When a page is told that it knows everybody who was there. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

/**
 * @import { Page } from "playwright-core"
 * @import { NetworkWebSocketOptions } from "../types/networkwebsockets.d.ts"
 */

/**
 * @param {Page} page
 * @param {string} endpoint
 * @param {NetworkWebSocketOptions} [options]
 */
function join(page, endpoint, options = {}) {
  return page.evaluate(
    ({ endpoint, options }) => void (globalThis.ws = record(endpoint, (globalThis.log = []), "chan", options)),
    { endpoint, options },
  );
}

inPage("after all who were there have come", async ({ page, proxy, endpoint }) => {
  await join(page, endpoint);
  const client = await proxy.greet(1000, "a");
  client.welcome(true);
  client.connect("b");
  const log = await page.evaluate(async () => {
    await happens("b open [1]");
    return globalThis.log;
  });
  const before = ["root open [1]", "root connect a [1]", "a open [1]"];
  assert.deepEqual(log, [...before, "root sync true [1]", "root connect b [1]", "b open [1]"]);
});

inPage("once for each connection, as far as it is known", async ({ page, proxy, endpoint }) => {
  await join(page, endpoint, { reconnect: true });
  for (const settled of [false, true]) {
    const client = await proxy.greet(1000);
    client.welcome(settled);
    await page.evaluate((line) => happens(line), `root sync ${settled} [1]`);
    client.socket.terminate();
  }
  const syncs = await page.evaluate(() => log.filter((line) => line.includes("sync")));
  assert.deepEqual(syncs, ["root sync false [1]", "root sync true [1]"]);
});

inPage("never once the page has closed the socket", async ({ page, proxy, endpoint }) => {
  await join(page, endpoint);
  const client = await proxy.greet(1000);
  await page.evaluate(async () => {
    await happens("root open [1]");
    ws.close();
  });
  client.welcome(true);
  await page.evaluate(() => happens("root close 1005 true [3]"));
  assert.deepEqual(await page.evaluate(() => log), ["root open [1]", "root close 1005 true [3]"]);
});

inPage("as a handler, too", async ({ page, proxy, endpoint }) => {
  await join(page, endpoint);
  const client = await proxy.greet(1000);
  await page.evaluate(() => {
    globalThis.heard = new Promise((resolve) => (ws.onsync = ({ detail }) => resolve(detail)));
  });
  client.welcome(false);
  assert.deepEqual(await page.evaluate(() => heard), { settled: false });
});
