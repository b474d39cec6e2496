/** Cap'n Web on streams: two pages call each other, by reference and without waiting. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { met, withLibrary } from "./libraries/stage.mjs";

/** @import { Actor } from "./libraries/stage.mjs" */

const here = withLibrary('export * from "capnweb"');

/** The page serves whoever dials. */
const SERVES = `
  class Account extends lib.RpcTarget {
    #owner;
    constructor(owner) { super(); this.#owner = owner; }
    owner() { return this.#owner; }
    get number() { return 7; }
  }
  class Bank extends lib.RpcTarget {
    sum(...numbers) { return numbers.reduce((sum, number) => sum + number, 0); }
    echo(value) { return value; }
    login(name) { page.tell("login", name); return new Account(name); }
    async each(numbers, visit) { const got = []; for (const n of numbers) got.push(await visit(n)); return got; }
    fails() { throw new RangeError("no such account"); }
    never() { return new Promise(() => {}); }
    keep(listener) { page.kept = listener.dup(); page.kept.onRpcBroken((error) => page.tell("broken", error.message)); }
  }
  page.ws.ondial = (event) => {
    page.served = event.accept("capnweb");
    page.served.addEventListener("close", ({ code, reason }) => page.tell("closed", code, reason));
    page.caller = lib.newWebSocketRpcSession(page.served, new Bank());
  };`;

const CALLS = `page.socket = page.peer.dial("capnweb");
  page.socket.addEventListener("close", ({ code }) => page.tell("closed", code));
  page.api = lib.newWebSocketRpcSession(page.socket, new (class extends lib.RpcTarget { name() { return "b"; } })());
  page.api.onRpcBroken((error) => page.tell("broken", error.message));
  page.early = [page.socket.readyState, page.api.sum(1, 2, 3)];`;

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

test("calls come back with values of every kind, and calls before open wait", async () => {
  await served("capnweb-calls", async (server, client) => {
    assert.deepEqual(await client.run("return Promise.all([...page.early, page.api.sum()])"), [0, 6, 0]);
    const told = await client.run(`const value = {
        date: new Date(5), bytes: new Uint8Array([1, 2, 255]), big: 2n ** 70n, nothing: undefined, list: [[1], "ä😀"],
      };
      const back = await page.api.echo(value);
      const long = "x".repeat(300_000);
      return [back.date.getTime(), [...back.bytes], back.big === value.big, "nothing" in back, back.list,
        await page.api.echo(long) === long];`);
    assert.deepEqual(told, [5, [1, 2, 255], true, true, [[1], "ä😀"], true]);
    assert.equal(await server.run("return page.caller.name()"), "b", "the server calls too");
  });
});

test("calls on results that have not come are pipelined", async () => {
  await served("capnweb-pipeline", async (server, client) => {
    const sent = await client.run(`await page.api.sum();
      const send = page.socket.send.bind(page.socket);
      let heard = 0;
      page.socket.addEventListener("message", () => heard++);
      const texts = [];
      page.socket.send = (text) => { texts.push(text); send(text); };
      using account = page.api.login("ann");
      const owner = account.owner();
      const both = Promise.all([owner, account.number]);
      const before = [texts.filter((text) => text.startsWith('["push"')).length, heard];
      return [before, await both];`);
    assert.deepEqual(sent[0], [2, 0], "two calls left before anything came back");
    assert.deepEqual(sent[1], ["ann", 7]);
    assert.deepEqual(await server.run("return page.log"), [["login", "ann"]]);
  });
});

test("functions pass by reference, and errors are thrown at the caller", async () => {
  await served("capnweb-reference", async (_, client) => {
    const told = await client.run(`const seen = [];
      const got = await page.api.each([1, 2, 3], (n) => { seen.push(n); return n * n; });
      return [seen, got];`);
    assert.deepEqual(told, [
      [1, 2, 3],
      [1, 4, 9],
    ]);
    assert.deepEqual(await client.run("return page.fault(page.api.fails())"), ["RangeError", "no such account"]);
    assert.deepEqual(
      await client.run("return page.fault(page.api.each([1], () => { throw new TypeError('mine'); }))"),
      ["TypeError", "mine"],
    );
    assert.equal(await client.run("return page.api.sum(1)"), 1, "the session goes on");
  });
});

test("a session that is disposed of closes with 3000 at both ends, and kept references break", async () => {
  await served("capnweb-dispose", async (server, client) => {
    await client.run("await page.api.keep(() => {}); page.api[Symbol.dispose]();");
    const log = await server.run("return page.until((log) => log.length === 2)");
    const [broken, closed] = log.toSorted();
    assert.equal(broken[0], "broken");
    assert.deepEqual(closed.slice(0, 2), ["closed", 3000]);
    const ends = await client.run("return page.until((log) => log.some(([word]) => word === 'closed'))");
    assert.deepEqual(ends.at(-1), ["closed", 3000]);
  });
});

for (const [how, leave] of /** @type {const} */ ([
  ["closes its channel", (/** @type {Actor} */ peer) => peer.run("page.ws.close()")],
  ["goes away", (/** @type {Actor} */ peer) => peer.leave()],
])) {
  test(`a peer that ${how} breaks the session: what waits is rejected`, async () => {
    await served(`capnweb-gone-${how.length}`, async (server, client) => {
      await client.run("await page.api.keep(() => {}); page.pending = page.fault(page.api.never());");
      await leave(server);
      const [, message] = await client.run("return page.pending");
      const log = await client.run("return page.until((log) => log.length === 2)");
      assert.deepEqual(log.toSorted(), [
        ["broken", message],
        ["closed", 1006],
      ]);
      assert.deepEqual(await client.run("return page.fault(page.api.sum(1))"), ["Error", message]);
    });
  });

  test(`a caller that ${how} breaks what the server keeps of it`, async () => {
    await served(`capnweb-caller-${how.length}`, async (server, client) => {
      await client.run("await page.api.keep(() => {})");
      await leave(client);
      const log = await server.run("return page.until((log) => log.length === 2)");
      assert.deepEqual(log.map((/** @type {string[]} */ [word]) => word).sort(), ["broken", "closed"]);
    });
  });
}
