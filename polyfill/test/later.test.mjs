/** A channel connects in a later task than the one in which it is made. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

/** @import { NetworkWebSocketOptions } from "../types/networkwebsockets.d.ts" */

for (const reconnect of [false, true]) {
  inPage(
    `one that is closed at once never joins, ${reconnect ? "with" : "without"} reconnect`,
    async ({ page, proxy, endpoint }) => {
      /** @type {unknown[]} */
      const warnings = [];
      page.on("console", (message) => /socket/i.test(message.text()) && warnings.push(message.text()));
      const result = page.evaluate(
        async ({ endpoint, reconnect }) => {
          const count = countConnections();
          /** @type {string[]} */
          const log = [];
          // What a component does that is mounted, unmounted and mounted again.
          const first = record(endpoint, log, "chan", { reconnect });
          const states = [first.readyState];
          first.close();
          states.push(first.readyState);
          const second = new NetworkWebSocket("chan", { endpoint, reconnect });
          await Promise.all([next(first, "close"), next(second, "open")]);
          return [states, log, count.tried, second.id];
        },
        { endpoint, reconnect },
      );
      await proxy.admit();
      const end = ["root error unknown: The socket was closed before it was open. [3]", "root close 1006 false [3]"];
      assert.deepEqual(await result, [[0, 2], end, 1, "me"]);
      assert.equal(proxy.met, 1);
      assert.deepEqual(warnings, []);
    },
  );
}

inPage("a function that knows where the proxy is is not asked for one that is closed at once", async ({ page }) => {
  const asked = await page.evaluate(async () => {
    let asked = 0;
    const ws = new NetworkWebSocket("chan", { endpoint: () => wrong(asked++) });
    ws.close();
    await next(ws, "close");
    await new Promise((resolve) => setTimeout(resolve));
    return asked;
  });
  assert.equal(asked, 0);
});

inPage("what WebSocket would refuse is refused at once", async ({ page }) => {
  const results = await page.evaluate(() => {
    /** @param {NetworkWebSocketOptions} options */
    const message = (options) => {
      try {
        new NetworkWebSocket("chan", options);
      } catch (error) {
        const { name, message } = Object(error);
        return [name, message.split(":")[0]];
      }
      return [];
    };
    const addresses = ["", "localhost:9009", "ftp://localhost/", "ws://localhost/?query", "ws://localhost/#hash"];
    const channels = ["http://localhost:9009/chan", "ws://localhost:9009/network/chan"];
    const protocols = ["", "a b", "a,b", "é", ["a", "a"], ["a", ""]];
    return [
      ...[...addresses, ...channels].map((endpoint) => message({ endpoint })),
      ...protocols.map((protocols) => message({ protocols })),
    ];
  });
  assert.deepEqual(results, [
    ...Array(7).fill(["SyntaxError", "endpoint"]),
    ...Array(6).fill(["SyntaxError", "protocols"]),
  ]);
});

inPage("an address of a folder, by whatever scheme", async ({ page }) => {
  const urls = await page.evaluate(() =>
    ["http://localhost:9009", "https://LOCALHOST/", "wss://example.test/nws/", new URL("ws://127.0.0.1:1")].map(
      (endpoint) => {
        const ws = new NetworkWebSocket("chan", { endpoint });
        ws.close();
        return ws.url;
      },
    ),
  );
  const folders = ["ws://localhost:9009/", "wss://localhost/", "wss://example.test/nws/", "ws://127.0.0.1:1/"];
  assert.deepEqual(
    urls,
    folders.map((folder) => `${folder}network/chan`),
  );
});
