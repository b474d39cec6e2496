/** birpc and Comlink on streams: two pages call each other's functions. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { met, withLibrary } from "./libraries/stage.mjs";

/** @import { Actor } from "./libraries/stage.mjs" */

const here = withLibrary('export * from "birpc"; export * as Comlink from "comlink";');

/** Connects a socket as birpc's documentation says for WebSockets. */
const CONNECTS = `page.connect = (socket, functions, options = {}) => {
    const listeners = new Map();
    const rpc = lib.createBirpc(functions, {
      post: (data) => socket.send(data),
      on: (heard) => {
        listeners.set(heard, ({ data }) => heard(data));
        socket.addEventListener("message", listeners.get(heard));
      },
      off: (heard) => socket.removeEventListener("message", listeners.get(heard)),
      serialize: JSON.stringify,
      deserialize: JSON.parse,
      ...options,
    });
    socket.addEventListener("close", ({ code }) => {
      page.tell("closed", code);
      if (!rpc.$closed) rpc.$close(new Error("the peer has left"));
    });
    return rpc;
  };`;

const SERVES = `${CONNECTS}
  page.ws.ondial = (event) => {
    page.socket = event.accept("birpc");
    page.rpc = page.connect(page.socket, {
      sum: (...numbers) => numbers.reduce((sum, number) => sum + number, 0),
      async twice(text) { return (await this.decorate(text)) + (await this.decorate(text)); },
      fails(thrown) { throw thrown ?? new Error("it fails"); },
      never() { page.tell("never"); return new Promise(() => {}); },
      note(text) { page.tell("note", text); },
    });
  };`;

const CALLS = `${CONNECTS}
  page.socket = page.peer.dial("birpc");
  await page.next(page.socket, "open");
  page.decorate = { decorate: (text) => "<" + text + ">" };
  page.rpc = page.connect(page.socket, page.decorate);`;

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

test("birpc: both ends call each other, also within a call", async () => {
  await served("birpc-calls", async (server, client) => {
    assert.equal(await client.run("return page.rpc.sum(1, 2, 3)"), 6);
    assert.equal(await server.run("return page.rpc.decorate('ä😀')"), "<ä😀>");
    assert.equal(await client.run("return page.rpc.twice('x')"), "<x><x>");
    const many = await client.run("return Promise.all(Array.from({ length: 200 }, (_, n) => page.rpc.sum(n, n)))");
    assert.deepEqual(
      many,
      Array.from({ length: 200 }, (_, n) => 2 * n),
    );
    const long = "return (await page.rpc.twice('y'.repeat(200_000))).length";
    assert.equal(await client.run(long), 2 * 200_002);
  });
});

test("birpc: events have no answer, optional functions may be missing, what is thrown is rejected", async () => {
  await served("birpc-kinds", async (server, client) => {
    assert.equal(await client.run("return page.rpc.note.asEvent('hello')"), undefined);
    assert.deepEqual(await server.run("return page.until((log) => log.length)"), [["note", "hello"]]);
    assert.equal(await client.run("return page.rpc.$callOptional('nothing')"), undefined);
    assert.equal(await client.run("return page.rpc.fails('it fails').catch((thrown) => thrown)"), "it fails");
    assert.deepEqual(await client.run("return page.rpc.fails().catch((thrown) => thrown)"), {}, "JSON has no errors");
  });
});

test("birpc: a call without an answer times out, and the next one is answered", async () => {
  await served("birpc-timeout", async (server, client) => {
    await client.run("page.rpc = page.connect(page.socket, page.decorate, { timeout: 50 })");
    assert.deepEqual(await client.run("return page.fault(page.rpc.never())"), [
      "Error",
      '[birpc] timeout on calling "never"',
    ]);
    assert.deepEqual(await server.run("return page.log"), [["never"]]);
    await client.run("page.rpc = page.connect(page.socket, page.decorate)");
    assert.equal(await client.run("return page.rpc.sum(2, 2)"), 4);
  });
});

test("birpc: $close rejects what waits and hears nothing more, and the stream stays open", async () => {
  await served("birpc-close", async (server, client) => {
    await client.run("page.pending = page.fault(page.rpc.never());");
    await server.run("await page.until((log) => log.length)");
    await client.run("page.rpc.$close()");
    const closed = (/** @type {string} */ name) => ["Error", `[birpc] rpc is closed, cannot call "${name}"`];
    assert.deepEqual(await client.run("return page.pending"), closed("never"));
    assert.deepEqual(await client.run("return page.fault(page.rpc.sum(1))"), closed("sum"));
    await client.run("page.ignored = page.next(page.socket, 'message');");
    await server.run("page.unheard = page.fault(page.rpc.decorate('x'));");
    await client.run("await page.ignored; page.rpc = page.connect(page.socket, page.decorate)");
    assert.equal(await server.run("return page.rpc.decorate('y')"), "<y>");
    await client.run("page.socket.close(1000)");
    assert.deepEqual((await server.run("return page.until((log) => log.length === 2)")).at(-1), ["closed", 1000]);
    assert.deepEqual(await server.run("return page.unheard"), ["Error", "the peer has left"]);
  });
});

test("birpc: when the peer leaves, the page learns it by close, and closes its end", async () => {
  await served("birpc-gone", async (server, client) => {
    await client.run("page.pending = page.fault(page.rpc.never());");
    await server.run("await page.until((log) => log.length)");
    await server.leave();
    assert.deepEqual(await client.run("return page.pending"), ["Error", "the peer has left"]);
    assert.deepEqual(await client.run("return page.log"), [["closed", 1006]]);
  });
});

test("birpc: a group broadcasts to all streams that a page has accepted", async () => {
  await met(here, "birpc-group", async (server, client) => {
    await server.run(`${CONNECTS}
      const channels = [];
      page.group = lib.createBirpcGroup({}, () => channels);
      page.ws.ondial = (event) => {
        const socket = event.accept();
        channels.push({
          post: (data) => socket.send(data),
          on: (heard) => socket.addEventListener("message", ({ data }) => heard(data)),
          serialize: JSON.stringify,
          deserialize: JSON.parse,
        });
      };`);
    await client.run(`${CONNECTS}
      for (const name of ["a", "b"]) {
        const socket = page.peer.dial();
        await page.next(socket, "open");
        page.connect(socket, { name: (text) => text + name });
      }`);
    assert.deepEqual(await server.run("return page.group.broadcast.name('I am ')"), ["I am a", "I am b"]);
  });
});

/** Comlink's endpoint on a socket. What would have to be transferred cannot be written. */
const ENDPOINT = `page.endpoint = (socket) => {
    const ports = new EventTarget();
    socket.addEventListener("message", ({ data }) => {
      ports.dispatchEvent(new MessageEvent("message", { data: JSON.parse(data) }));
    });
    return {
      postMessage(message, transfer = []) {
        if (transfer.length) throw new DOMException("a port cannot leave the page", "DataCloneError");
        socket.send(JSON.stringify(message));
      },
      addEventListener: ports.addEventListener.bind(ports),
      removeEventListener: ports.removeEventListener.bind(ports),
    };
  };`;

test("Comlink: calls, properties and errors work, and what needs a MessagePort does not", async () => {
  await met(here, "comlink", async (server, client) => {
    await server.run(`${ENDPOINT}
      page.api = { count: 1, add(n) { return (this.count += n); }, fails() { throw new RangeError("too much"); }, Thing: class {} };
      page.ws.ondial = (event) => lib.Comlink.expose(page.api, page.endpoint(event.accept("comlink")));`);
    const told = await client.run(`${ENDPOINT}
      const socket = page.peer.dial("comlink");
      await page.next(socket, "open");
      const api = lib.Comlink.wrap(page.endpoint(socket));
      const told = [await api.add(2), await api.count];
      api.count = 7;
      told.push(await api.add(1), await page.fault(api.fails()));
      let refused;
      try { refused = await page.fault(api.add(lib.Comlink.proxy(() => 1))); }
      catch ({ name }) { refused = [name]; }
      return [...told, refused[0], await page.fault(new api.Thing())];`);
    const thing = ["TypeError", "Unserializable return value"];
    assert.deepEqual(told, [3, 3, 8, ["RangeError", "too much"], "DataCloneError", thing]);
    assert.equal(await server.run("return page.api.count"), 8);
  });
});
