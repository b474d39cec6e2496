/** graphql-ws on streams: a page serves GraphQL, and the library's own client dials it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { enter, met, withLibrary } from "./libraries/stage.mjs";

/** @import { Actor } from "./libraries/stage.mjs" */

const here = withLibrary(
  'export { createClient, makeServer } from "graphql-ws"; export { buildSchema } from "graphql";',
);

/** The page serves a schema to whoever dials, by the library's own server. */
const SERVES = `
  const schema = lib.buildSchema(\`
    type Query { hello(name: String!): String! fails: String answer: String }
    type Subscription { count(to: Int!): Int! endless: Int! }
  \`);
  async function* count({ to }) { for (let n = 1; n <= to; n++) yield { count: n }; }
  const endless = () => {
    const results = [{ value: { endless: 1 }, done: false }];
    const over = Promise.withResolvers();
    return {
      [Symbol.asyncIterator]() { return this; },
      next: async () => results.pop() ?? over.promise,
      async return() { page.tell("ended"); over.resolve({ done: true }); return over.promise; },
    };
  };
  page.answer ??= new Promise(() => {});
  const query = { answer: () => page.answer, hello: ({ name }) => "hello, " + name, fails() { throw new Error("it fails"); } };
  const server = lib.makeServer({
    schema,
    roots: { query, subscription: { count, endless } },
    onConnect: ({ connectionParams }) => connectionParams?.secret !== "wrong",
    onComplete: () => page.tell("completed"),
    onDisconnect: (_context, code, reason) => page.tell("disconnected", code, reason),
  });
  page.ws.ondial = (event) => {
    const socket = (page.served = event.accept(event.protocols.at(0)));
    const closed = server.opened({
      protocol: socket.protocol,
      send: (text) => socket.send(text),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (heard) => socket.addEventListener("message", ({ data }) => heard(data)),
    }, {});
    socket.addEventListener("close", ({ code, reason }) => closed(code, reason));
  };`;

/** Makes a client, and says how subscribing ends. */
const CALLS = `page.client = (options = {}) => {
    const client = lib.createClient({
      url: "the peer", webSocketImpl: page.Dial, retryWait: async () => {}, onNonLazyError: () => {},
      on: { closed: ({ code, reason }) => page.tell("closed", code, reason) }, ...options,
    });
    const ask = (query) => new Promise((resolve) => {
      const got = [];
      const stop = client.subscribe({ query }, {
        next: (result) => { got.push(result); page.tell("next", result.data); },
        error: (error) => resolve([...got, "error", error]),
        complete: () => resolve([...got, "complete"]),
      });
      page.stop = stop;
    });
    return Object.assign(client, { ask });
  };
  page.seen = (word) => page.until((log) => log.some(([first]) => first === word));`;

/**
 * @param {string} channel
 * @param {(server: Actor, client: Actor) => Promise<void>} body
 */
const served = (channel, body) =>
  met(here, channel, async (server, client) => {
    await server.run(SERVES);
    await client.run(CALLS);
    await body(server, client);
  });

test("a query has one result, and the subprotocol is that of the library", async () => {
  await served("graphql-query", async (server, client) => {
    const got = await client.run(`return page.client().ask('{ hello(name: "ann") }')`);
    assert.deepEqual(got, [{ data: { hello: "hello, ann" } }, "complete"]);
    assert.equal(await server.run("return page.served.protocol"), "graphql-transport-ws");
  });
});

test("a lazy client closes with 1000 after its last operation, and dials again for the next", async () => {
  await served("graphql-lazy", async (server, client) => {
    for (const n of [1, 2]) {
      await client.run(`page.lazy ??= page.client(); await page.lazy.ask('{ hello(name: "ann") }');
        await page.until((log) => log.filter(([word]) => word === "closed").length === ${n});`);
    }
    const ends = await server.run("return page.until((log) => log.filter(([w]) => w === 'disconnected').length === 2)");
    assert.deepEqual(
      ends.filter((/** @type {string[]} */ [word]) => word === "disconnected"),
      Array(2).fill(["disconnected", 1000, "Normal Closure"]),
    );
    assert.equal(await client.run("return page.dials.length"), 2);
  });
});

test("a subscription has several results, and two run side by side on one stream", async () => {
  await served("graphql-subscription", async (_, client) => {
    const both = await client.run(`const client = page.client();
      const both = ["subscription { count(to: 3) }", "subscription { count(to: 2) }"];
      const got = await Promise.all(both.map(client.ask));
      return [got, page.dials.length];`);
    const counted = (/** @type {number[]} */ ...numbers) => numbers.map((count) => ({ data: { count } }));
    assert.deepEqual(both, [
      [
        [...counted(1, 2, 3), "complete"],
        [...counted(1, 2), "complete"],
      ],
      1,
    ]);
    const iterated = await client.run(`const got = [];
      for await (const { data } of page.client().iterate({ query: "subscription { count(to: 3) }" })) got.push(data.count);
      return got;`);
    assert.deepEqual(iterated, [1, 2, 3]);
  });
});

test("a subscription that is cancelled completes, and ends at the server", async () => {
  await served("graphql-cancel", async (server, client) => {
    await client.run(
      "page.asked = page.client({ lazy: false }).ask('subscription { endless }'); await page.seen('next');",
    );
    assert.deepEqual(await client.run("page.stop(); return page.asked"), [{ data: { endless: 1 } }, "complete"]);
    const log = await server.run("return page.until((log) => log.length === 2)");
    assert.deepEqual(log.flat().sort(), ["completed", "ended"]);
    assert.equal(await client.run("return page.dials[0].readyState"), 1, "the stream goes on");
  });
});

test("dispose closes with 1000", async () => {
  await served("graphql-dispose", async (server, client) => {
    await client.run(`const client = page.client({ lazy: false });
      await client.ask('{ hello(name: "ann") }');
      await client.dispose();
      await page.seen("closed");`);
    const log = await server.run("return page.until((log) => log.some(([word]) => word === 'disconnected'))");
    assert.deepEqual(log.at(-1), ["disconnected", 1000, "Normal Closure"]);
    assert.deepEqual(await client.run("return page.log.at(-1)"), ["closed", 1000, "Normal Closure"]);
  });
});

test("errors of GraphQL are results, and a document that is not valid is an error", async () => {
  await served("graphql-errors", async (_, client) => {
    const [result, end] = await client.run("return page.client().ask('{ fails }')");
    assert.deepEqual([result.data, result.errors[0].message, end], [{ fails: null }, "it fails", "complete"]);
    const [word, errors] = await client.run("return page.client().ask('{ nothing }')");
    assert.equal(word, "error");
    assert.match(errors[0].message, /Cannot query field "nothing"/);
  });
});

test("codes of the server reach the client: forbidden ones are tried again, fatal ones are not", async () => {
  await served("graphql-codes", async (_, client) => {
    const close = `const [word, { code, reason, wasClean }] = `;
    const forbidden = await client.run(`${close} await page.client({
        connectionParams: { secret: "wrong" }, retryAttempts: 2,
      }).ask('{ hello(name: "ann") }');
      return [word, code, reason, wasClean, page.dials.length];`);
    assert.deepEqual(forbidden, ["error", 4403, "Forbidden", true, 3]);
    const twice = await client.run(`const client = page.client({ generateID: () => "same" });
      client.ask("subscription { endless }");
      await page.seen("next");
      ${close} await client.ask("subscription { endless }");
      return [word, code, reason, wasClean, page.dials.length];`);
    assert.deepEqual(twice, ["error", 4409, "Subscriber for same already exists", true, 4]);
  });
});

test("a client that closes before it is acknowledged, or says what is no message, gets 4xxx", async () => {
  await served("graphql-raw", async (_, client) => {
    const told = await client.run(`const ends = [];
      for (const text of ['{"type":"subscribe","id":"1","payload":{"query":"{ fails }"}}', "no JSON"]) {
        const socket = page.peer.dial("graphql-transport-ws");
        await page.next(socket, "open");
        socket.send(text);
        const { code, reason } = await page.next(socket, "close");
        ends.push([code, reason]);
      }
      const socket = page.peer.dial("graphql-ws");
      const { code, reason } = await page.next(socket, "close");
      return [...ends, [code, reason]];`);
    assert.deepEqual(told, [
      [4401, "Unauthorized"],
      [4400, "Invalid message received"],
      [4406, "Subprotocol not acceptable"],
    ]);
  });
});

test("a server that ends a stream with 1000 or 4000 is dialled again, and subscriptions go on", async () => {
  await served("graphql-again", async (server, client) => {
    await client.run("page.client({ lazy: false }).ask('subscription { endless }'); await page.seen('next');");
    for (const [n, code] of [1000, 4000].entries()) {
      await server.run(`page.served.close(${code}, "once more")`);
      const nexts = `log.filter(([word]) => word === "next").length === ${n + 2}`;
      const log = await client.run(`return page.until((log) => ${nexts})`);
      const closes = log.filter((/** @type {string[]} */ [word]) => word === "closed");
      assert.deepEqual(closes.at(-1), ["closed", code, "once more"]);
    }
    assert.equal(await client.run("return page.dials.length"), 3);
  });
});

test("when the server leaves in the middle of a subscription, all operations go on at the next server", async () => {
  await met(here, "graphql-gone", async (first, client) => {
    await first.run(SERVES);
    await client.run(`${CALLS}
      const back = page.next(page.ws, "message").then(({ peer }) => { page.peer = peer; });
      const client = page.client({ lazy: false, retryWait: () => back });
      client.ask("subscription { endless }");
      page.answer = client.ask("{ answer }");
      await page.seen("next");`);
    await first.leave();
    const second = await enter(here.browser, `${here.sites[0].origin}/?channel=graphql-gone`);
    await second.run(`await page.met; page.answer = "here"; ${SERVES} page.ws.send("I serve");`);
    const log = await client.run("return page.until((log) => log.filter(([word]) => word === 'next').length === 3)");
    const results = log
      .filter((/** @type {unknown[]} */ [word]) => word === "next")
      .map((/** @type {unknown} */ entry) => JSON.stringify(entry));
    assert.deepEqual(results.sort(), [
      '["next",{"answer":"here"}]',
      '["next",{"endless":1}]',
      '["next",{"endless":1}]',
    ]);
    assert.deepEqual(await client.run("return page.answer"), [{ data: { answer: "here" } }, "complete"]);
    assert.equal(await client.run("return page.dials.length"), 2);
    await second.leave();
  });
});

test("when the server leaves, a client that may not try again passes the loss on", async () => {
  await served("graphql-lost", async (server, client) => {
    await client.run(`page.lost = page.client({ retryAttempts: 0 }).ask("subscription { endless }");
      await page.seen("next");`);
    await server.leave();
    const lost = await client.run("const [, word, event] = await page.lost; return [word, event.type, event.code]");
    assert.deepEqual(lost, ["error", "close", 1006]);
    assert.equal(await client.run("return page.dials.length"), 1);
  });
});

test("when the caller leaves, the server sees 1006 and ends its subscriptions", async () => {
  await served("graphql-caller", async (server, client) => {
    await client.run("page.client().ask('subscription { endless }'); await page.seen('next');");
    await client.leave();
    const log = await server.run("return page.until((log) => log.length === 3)");
    assert.deepEqual(log.toSorted(), [["completed"], ["disconnected", 1006, "peer-gone"], ["ended"]]);
  });
});
