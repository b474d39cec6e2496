/** Loading the script does nothing, wherever it is loaded. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";

import { dist } from "./dist.mjs";

/** A realm that has nothing but what classes of events and sockets are made of, as jsdom has. */
async function load(more = {}) {
  const context = createContext({ EventTarget, Event, MessageEvent, DOMException, ...more });
  runInContext(await readFile(join(dist, "networkwebsockets.js"), "utf8"), context);
  /** @param {string} source */
  return (source) => runInContext(source, context);
}

test("where there are no coders of text", async () => {
  const run = await load({ WebSocket: class {} });
  assert.equal(run("typeof NetworkWebSocket"), "function");
  assert.throws(() => run("new NetworkWebSocket('chan')"), {
    name: "NotSupportedError",
    message: /^No TextEncoder here/,
  });
});

test("where there is no WebSocket", async () => {
  const run = await load();
  assert.throws(() => run("new NetworkWebSocket('chan')"), {
    name: "NotSupportedError",
    message: /^No WebSocket here/,
  });
});

test("nothing of the realm changes, and nothing is made", async () => {
  const forbidden = new Proxy(class {}, {
    construct: () => assert.fail("something is made"),
    get: (_, name) => assert.fail(`${String(name)} is looked for`),
  });
  const made = {
    TextEncoder: forbidden,
    TextDecoder: forbidden,
    WebSocket: forbidden,
    WebAssembly: forbidden,
  };
  const run = await load({ ...made, addEventListener: () => assert.fail("somebody listens") });
  assert.equal(run("typeof LocalWebSocket"), "function");
});
