/** The installed package outside of browsers: Node, Deno and Bun talk through a running proxy, and end by themselves. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { nobody } from "../browser/nobody.mjs";
import { NwsProxy } from "../browser/proxy.mjs";
import { Project } from "./project.mjs";
import { NODE_20, RUNTIMES } from "./runtimes.mjs";
import { slow } from "./slow.mjs";
import { ABANDONED, CONVERSATION, MISSED, PERSISTED } from "./transcript.mjs";

/** @type {Project} */
let project;
/** @type {NwsProxy} */
let proxy;

before(async () => {
  project = await Project.make();
  proxy = await NwsProxy.start();
});

after(async () => {
  await proxy?.stop();
  await project?.remove();
});

for (const runtime of RUNTIMES) {
  for (const [how, script] of [
    ["import", "runtime.mjs"],
    ["require", "runtime.cjs"],
  ]) {
    test(`${runtime.name} by ${how}: two sockets talk, and it ends by itself`, async () => {
      assert.deepEqual(await runtime.says(project, script, "converse", proxy.ws), CONVERSATION);
    });
  }

  test(`${runtime.name}: where no proxy is, a socket fires error and close, and it ends by itself`, async () => {
    assert.deepEqual(await runtime.says(project, "runtime.mjs", "miss", await nobody()), MISSED);
  });

  test(`${runtime.name}: where no proxy is, a socket tries again until it is closed, and it ends by itself`, async () => {
    assert.deepEqual(await runtime.says(project, "runtime.mjs", "persist", await nobody()), PERSISTED);
  });

  test(`${runtime.name}: a socket that is closed before it is open fires error and close, and it ends by itself`, async (t) => {
    assert.deepEqual(await runtime.says(project, "runtime.mjs", "abandon", await slow(t)), ABANDONED);
  });
}

for (const [how, script] of [
  ["import", "without.mjs"],
  ["require", "without.cjs"],
]) {
  test(`Node 20 by ${how}: nothing happens before the first socket, which says what is missing`, async () => {
    assert.deepEqual(await NODE_20.says(project, script), {
      classes: ["LocalWebSocket", "NetworkWebSocket", "PeerWebSocket"],
      globals: [],
      compiled: 0,
      error: ["NotSupportedError", "No WebSocket here: browsers and Node 22 or later have one"],
    });
  });
}
