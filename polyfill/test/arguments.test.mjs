/** What constructors and `send` take. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

inPage("names of channels", async ({ page, endpoint }) => {
  const errors = await page.evaluate((endpoint) => {
    const names = ["", ".", "..", "a b", "a/b", "é", "a%20", "x".repeat(256), Symbol()];
    return names.map((name) => thrown(() => new NetworkWebSocket(wrong(name), { endpoint })));
  }, endpoint);
  assert.deepEqual(errors, [...Array(8).fill("SyntaxError"), "TypeError"]);
});

inPage("a name is converted to a string, and is in the path as it is", async ({ page, proxy, endpoint }) => {
  const seen = await page.evaluate((endpoint) => {
    const sockets = [42, "A-Za+z=*._-", "..."].map((name) => new NetworkWebSocket(wrong(name), { endpoint }));
    sockets.push(new LocalWebSocket("here", { endpoint: `${endpoint}/` }));
    return sockets.map(({ channel, url }) => [channel, new URL(url).pathname]);
  }, endpoint);
  const names = ["42", "A-Za+z=*._-", "..."];
  assert.deepEqual(seen, [...names.map((name) => [name, `/network/${name}`]), ["here", "/local/here"]]);
  const paths = [];
  for (let i = 0; i < seen.length; i++) {
    paths.push((await proxy.accept()).path);
  }
  assert.deepEqual(paths.sort(), seen.map(([, path]) => path).sort());
});

inPage("what is missing is no name", async ({ page, endpoint }) => {
  const errors = await page.evaluate((endpoint) => {
    return [undefined, null].map((name) => thrown(() => new NetworkWebSocket(wrong(name), { endpoint })));
  }, endpoint);
  assert.deepEqual(errors, ["TypeError", "TypeError"]);
});

inPage("an option that there is not is named", async ({ page }) => {
  const messages = await page.evaluate(async () => {
    /** @param {Error} error */
    const told = ({ name, message }) => `${name} ${message}`;
    const options = [
      { reconect: true },
      { reconnect: { maxdelay: 1 } },
      { reconnect: { maxDelay: "much" } },
      { reconnect: { send: "drop" } },
    ];
    const messages = options.map((given) => {
      try {
        new NetworkWebSocket("chan", wrong(given));
      } catch (error) {
        if (error instanceof Error) return told(error);
      }
      return "";
    });
    return [...messages, await NetworkWebSocket.probe(wrong({ endPoint: "ws://localhost" })).catch(told)];
  });
  const named = [/"reconect"/, /"maxdelay"/, /reconnect\.maxDelay/, /reconnect\.send/, /"endPoint"/];
  messages.forEach((message, place) => {
    assert.match(String(message), /^TypeError /);
    assert.match(String(message), named[place]);
  });
});

inPage("the default endpoint", async ({ page }) => {
  const urls = await page.evaluate(() =>
    [undefined, null, {}, [], "chat", { protocols: "chat" }, { endpoint: undefined }].map((options) => {
      const ws = new NetworkWebSocket("chan", wrong(options));
      ws.close();
      return ws.url;
    }),
  );
  assert.deepEqual([...new Set(urls)], ["ws://localhost:9009/network/chan"]);
});

inPage("addresses that WebSocket refuses are refused the same way", async ({ page }) => {
  const pairs = await page.evaluate(() =>
    ["http://[", "ftp://localhost", "ws://localhost:99999"].map((endpoint) => [
      thrown(() => new WebSocket(endpoint)),
      thrown(() => new NetworkWebSocket("chan", { endpoint })),
    ]),
  );
  for (const [expected, actual] of pairs) {
    assert.equal(actual, expected);
    assert.notEqual(actual, "nothing");
  }
});

inPage("a class of one's own that is local", async ({ page, endpoint }) => {
  const path = await page.evaluate((endpoint) => {
    class Den extends LocalWebSocket {}
    return new URL(new Den("den", { endpoint }).url).pathname;
  }, endpoint);
  assert.equal(path, "/local/den");
});
