/** What the launcher of the npm package passes on, with each version of Node.js and without npx. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";

import { NODES } from "../package/runtimes.mjs";
import { NpmDesk } from "./npm-desk.mjs";
import { Serving } from "./serving.mjs";

/** @import { TestContext } from "node:test" */

const GONE = { code: 1001, status: 0, signal: null };

/** @type {NpmDesk} */
let npm;

/** @type {(() => unknown)[]} */
const ends = [];

before(async () => {
  npm = await NpmDesk.during({ after: (done) => ends.push(done) });
  await npm.install();
});

after(async () => {
  for (const end of ends) await end();
});

/**
 * @param {TestContext} t
 * @param {string} node
 */
function serve(t, node) {
  return Serving.during(t, npm.desk, node, npm.launcher);
}

for (const { name, program } of NODES) {
  test(`${name} passes on signals, and the status of the proxy`, async (t) => {
    for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
      assert.deepEqual(await (await serve(t, program)).end(signal), GONE, signal);
      assert.deepEqual(await (await serve(t, program)).endAll(signal), GONE, signal);
    }
  });

  test(`${name} passes on the end of a terminal, and ends by the signal that ended the proxy`, async (t) => {
    const { status, signal } = await (await serve(t, program)).end("SIGHUP");
    assert.deepEqual({ status, signal }, { status: null, signal: "SIGHUP" });
  });

  test(`${name} passes on arguments, and what the proxy answers`, async () => {
    const said = await npm.desk.run(program, npm.launcher, "--version");
    assert.match(said.stdout, /^nws \d+\.\d+\.\d+/);
    assert.deepEqual([said.status, said.stderr], [0, ""]);
    const refused = await npm.desk.run(program, npm.launcher, "--port", "a b 'ü'");
    assert.equal(refused.status, 2);
    assert.ok(refused.stderr.includes("a b 'ü'"), refused.stderr);
  });
}

test("a Node.js that can replace itself by the proxy leaves none behind, even if it is killed", async (t) => {
  const prints = ["--print", "typeof process.execve"];
  const able = NODES.filter(({ program }) => execFileSync(program, prints, { encoding: "utf8" }).trim() === "function");
  assert.deepEqual(
    able.map(({ name }) => name),
    ["Node 22", "Node 24"],
  );
  for (const { program } of able) {
    const { status, signal } = await (await serve(t, program)).end("SIGKILL");
    assert.deepEqual({ status, signal }, { status: null, signal: "SIGKILL" });
  }
});
