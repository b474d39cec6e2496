/** Where a channel that connects again looks for its proxy, and what it is asked for. */
import assert from "node:assert/strict";

import { begin, inPage, stopClock } from "./chromium.mjs";
import { FakeProxy } from "./fake-proxy.mjs";

inPage("a function is asked before each attempt", async ({ page, proxy, endpoint }) => {
  const other = await FakeProxy.listen();
  try {
    const urls = page.evaluate(
      async (endpoints) => {
        const options = { reconnect: true, endpoint: async () => endpoints.shift() ?? "" };
        const ws = record(undefined, [], "chan", options);
        const urls = [ws.url];
        ws.onopen = () => urls.push(ws.url);
        await next(ws, "message");
        return [...urls, endpoints.length];
      },
      [endpoint, `${other.endpoint}/`, endpoint, "never"],
    );
    (await proxy.admit()).socket.terminate();
    (await other.admit()).socket.terminate();
    (await proxy.admit()).broadcast("a", "end");
    const path = "/network/chan";
    assert.deepEqual(await urls, ["", endpoint + path, other.endpoint + path, endpoint + path, 1]);
  } finally {
    other.close();
  }
});

const FAULTS = {
  throws: "() => { throw new RangeError('no idea') }",
  rejects: "async () => { throw new RangeError('no idea') }",
  "throws a symbol": "() => { throw Symbol('no idea') }",
  "gives no URL": "() => 'no idea'",
  "gives a symbol": "async () => Symbol('no idea')",
};

for (const [fault, source] of Object.entries(FAULTS)) {
  inPage(`a function that ${fault} is asked again`, async ({ page, proxy, endpoint }) => {
    const log = page.evaluate(
      async ({ endpoint, source }) => {
        const faulty = eval(source);
        let asked = 0;
        /** @type {string[]} */
        const log = [];
        const options = { reconnect: { maxDelay: 0 }, endpoint: () => (asked++ < 2 ? faulty() : endpoint) };
        await next(record(undefined, log, "chan", options), "open");
        return log;
      },
      { endpoint, source },
    );
    await proxy.admit();
    const [error, ...others] = await log;
    assert.match(error, /^root error (unknown|proxy-not-running): .+ \[0\]$/);
    assert.deepEqual(others, ["root reconnecting 1 [0]", "root reconnecting 2 [0]", "root open [1]"]);
  });

  inPage(`a function that ${fault} ends a channel that does not connect again`, async ({ page }) => {
    const log = page.evaluate(async (source) => {
      /** @type {string[]} */
      const log = [];
      await next(record(undefined, log, "chan", { endpoint: eval(source) }), "close");
      return log;
    }, source);
    const [error, ...others] = await log;
    assert.match(error, /^root error (unknown|proxy-not-running): .+ \[3\]$/);
    assert.deepEqual(others, ["root close 1006 false [3]"]);
  });
}

for (const outcome of ["gives an endpoint", "fails"]) {
  inPage(`a function that ${outcome} after close() changes nothing`, async ({ page, proxy, endpoint }) => {
    const result = page.evaluate(
      async ({ endpoint, outcome }) => {
        const count = countConnections();
        /** @type {string[]} */
        const log = [];
        let asked = 0;
        const answer = Promise.withResolvers();
        /** @type {PromiseWithResolvers<void>} */
        const question = Promise.withResolvers();
        const ask = () => {
          asked++;
          question.resolve();
          return answer.promise;
        };
        const ws = record(undefined, log, "chan", { reconnect: { maxDelay: 0 }, endpoint: ask });
        await question.promise;
        ws.close();
        await next(ws, "close");
        outcome === "fails" ? answer.reject("too late") : answer.resolve(endpoint);
        await next(new NetworkWebSocket("another", { endpoint }), "open");
        return [asked, count.tried, ...log];
      },
      { endpoint, outcome },
    );
    await proxy.admit();
    const end = ["root error unknown: The socket was closed before it was open. [3]", "root close 1006 false [3]"];
    assert.deepEqual(await result, [1, 1, ...end]);
  });
}

inPage("what becomes known late of an attempt makes no second connection", async ({ page, proxy, endpoint }) => {
  await stopClock(page);
  await page.evaluate(() => {
    globalThis.count = countConnections();
    globalThis.questions = [];
    globalThis.answers = [];
    /**
     * @param {string} line
     * @param {object[]} list
     */
    const ask = (line, list) => {
      const { promise, resolve, reject } = Promise.withResolvers();
      list.push({ resolve, reject });
      lines.push(line);
      written.dispatchEvent(new Event("line"));
      return promise;
    };
    globalThis.fetch = () => ask("what is it", questions);
    globalThis.log = [];
    record(undefined, log, "chan", { reconnect: true, endpoint: () => ask("where is it", answers) });
  });
  await begin(page);
  await page.evaluate((endpoint) => answers[0].resolve(endpoint), endpoint);
  const client = await proxy.accept();
  await client.frame();
  // The silence of the proxy, and then its end, are looked into.
  await page.clock.runFor(3000);
  await page.evaluate(() => happens("what is it"));
  client.socket.terminate();
  await page.evaluate(() => happens("what is it", 2));
  await page.evaluate(() => questions[1].reject(new TypeError("nobody")));
  await page.evaluate(() => happens("root reconnecting 1 [0]"));
  await page.clock.runFor(10_000);
  await page.evaluate(() => happens("where is it", 2));
  await page.evaluate(() => questions[0].reject(new TypeError("nobody")));
  await page.clock.runFor(10_000);
  await page.evaluate((endpoint) => answers.forEach(({ resolve }) => resolve(endpoint)), endpoint);
  assert.equal(await page.evaluate(() => count.tried), 2);
  await proxy.admit();
  await page.evaluate(() => happens("root open [1]"));
  assert.equal(proxy.met, 2);
});

inPage("an endpoint that is no function is read once", async ({ page, proxy, endpoint }) => {
  const read = page.evaluate(async (endpoint) => {
    let read = 0;
    const options = { reconnect: true, endpoint: wrong({ toString: () => (read++, endpoint) }) };
    const ws = record(undefined, [], "chan", options);
    await next(ws, "open");
    await next(ws, "open");
    return read;
  }, endpoint);
  (await proxy.admit()).socket.terminate();
  await proxy.admit();
  assert.equal(await read, 1);
});

inPage("wrong options are TypeErrors", async ({ page, endpoint }) => {
  const results = page.evaluate((endpoint) => {
    /** @param {unknown} reconnect */
    const tried = (reconnect) =>
      thrown(() => new NetworkWebSocket("chan", { endpoint, reconnect: wrong(reconnect) }).close());
    const good = [true, false, null, undefined, {}, [], 1, "yes", { send: "throw", maxDelay: "7", maxQueued: null }];
    const limits = [NaN, -1, "much", {}, undefined, Infinity, 0];
    return [
      good.map(tried),
      limits.map((maxDelay) => tried({ maxDelay })),
      limits.map((maxQueued) => tried({ maxQueued })),
      ["Queue", "", null, true].map((send) => tried({ send })),
    ];
  }, endpoint);
  const limits = [...Array(4).fill("TypeError"), ...Array(3).fill("nothing")];
  assert.deepEqual(await results, [Array(9).fill("nothing"), limits, limits, Array(4).fill("TypeError")]);
});
