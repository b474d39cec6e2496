/** In Node, requests may be sent to a proxy of HTTP, which knows nothing of this machine. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";

import { dist } from "./dist.mjs";
import { portOf } from "./port.mjs";

/** A WebSocket that cannot be opened. */
class Unreachable extends EventTarget {
  readyState = 3;
  bufferedAmount = 0;
  /** @type {((end: {code: number, reason: string, wasClean: boolean}) => void) | undefined} */
  onclose;

  /** @param {string} url */
  constructor(url) {
    super();
    this.url = url;
    setTimeout(() => this.onclose?.({ code: 1006, reason: "", wasClean: false }));
  }
}

/** An address where nobody listens. */
async function nowhere() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return `ws://127.0.0.1:${port}`;
}

/**
 * What a socket says of its failure with these variables.
 * @param {Record<string, string>} variables
 */
async function failure(variables) {
  Reflect.set(globalThis, "WebSocket", Unreachable);
  const { NetworkWebSocket } = await import(join(dist, "networkwebsockets.mjs"));
  Object.assign(process.env, variables);
  try {
    const ws = new NetworkWebSocket("chan", { endpoint: await nowhere() });
    const [{ reason, message }] = await once(ws, "error");
    return [reason, message];
  } finally {
    Object.keys(variables).forEach((name) => delete process.env[name]);
  }
}

for (const name of ["NO_PROXY", "no_proxy", "NODE_USE_ENV_PROXY"]) {
  delete process.env[name];
}

test("the failure names the variable", async () => {
  const [reason, message] = await failure({ NODE_USE_ENV_PROXY: "1" });
  assert.equal(reason, "proxy-not-running");
  assert.match(message, /NODE_USE_ENV_PROXY needs NO_PROXY=localhost/);
});

/** @type {Record<string, string>[]} */
const harmless = [{}, { NODE_USE_ENV_PROXY: "1", NO_PROXY: "localhost" }, { NODE_USE_ENV_PROXY: "1", no_proxy: "*" }];

for (const variables of harmless) {
  test(`it does not with ${JSON.stringify(variables)}`, async () => {
    assert.deepEqual(await failure(variables), [
      "proxy-not-running",
      "No proxy answers: start it with the command nws.",
    ]);
  });
}
