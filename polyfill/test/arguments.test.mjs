/** What constructors and `send` take. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";

inPage("names of channels", async ({ page, endpoint }) => {
  const errors = await page.evaluate((endpoint) => {
    const names = ["", ".", "..", "a b", "a/b", "é", "a%20", "x".repeat(256), Symbol()];
    return names.map((name) => thrown(() => new NetworkWebSocket(name, { endpoint })));
  }, endpoint);
  assert.deepEqual(errors, [...Array(8).fill("SyntaxError"), "TypeError"]);
});

inPage("a name is converted to a string, and is in the path as it is", async ({ page, proxy, endpoint }) => {
  const seen = await page.evaluate((endpoint) => {
    const sockets = [42, "A-Za+z=*._-", "..."].map((name) => new NetworkWebSocket(name, { endpoint }));
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
    return [undefined, null].map((name) => thrown(() => new NetworkWebSocket(name, { endpoint })));
  }, endpoint);
  assert.deepEqual(errors, ["TypeError", "TypeError"]);
});

inPage("an option that there is not is named", async ({ page }) => {
  const messages = await page.evaluate(async () => {
    const told = ({ name, message }) => `${name} ${message}`;
    const wrong = [
      { reconect: true },
      { reconnect: { maxdelay: 1 } },
      { reconnect: { maxDelay: "much" } },
      { reconnect: { send: "drop" } },
    ];
    const messages = wrong.map((options) => {
      try {
        new NetworkWebSocket("chan", options);
      } catch (error) {
        return told(error);
      }
    });
    return [...messages, await NetworkWebSocket.probe({ endPoint: "ws://localhost" }).catch(told)];
  });
  const named = [/"reconect"/, /"maxdelay"/, /reconnect\.maxDelay/, /reconnect\.send/, /"endPoint"/];
  messages.forEach((message, place) => {
    assert.match(message, /^TypeError /);
    assert.match(message, named[place]);
  });
});

inPage("the default endpoint", async ({ page }) => {
  const urls = await page.evaluate(() =>
    [undefined, null, {}, [], "chat", { protocols: "chat" }, { endpoint: undefined }].map((options) => {
      const ws = new NetworkWebSocket("chan", options);
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
