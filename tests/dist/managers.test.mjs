/** Other package managers than npm, each with the proxy from a registry on this machine. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { installed } from "../package/project.mjs";
import { RUNTIMES } from "../package/runtimes.mjs";
import { NpmDesk, PROXY } from "./npm-desk.mjs";
import { Serving } from "./serving.mjs";

/** @import { TestContext } from "node:test" */

/**
 * What each of them needs to know of the registry.
 * @param {string} url
 */
function settings(url) {
  return {
    BUN_CONFIG_REGISTRY: url,
    NPM_CONFIG_REGISTRY: url,
    pnpm_config_registry: url,
    YARN_ENABLE_TELEMETRY: "0",
    YARN_NPM_REGISTRY_SERVER: url,
    YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
  };
}

/**
 * Checks that a command serves, and that neither Ctrl-C nor SIGTERM to the command alone leaves anything.
 * @param {TestContext} t
 * @param {string} program
 * @param {string[]} args
 */
async function serves(t, program, ...args) {
  const { desk, registry } = await NpmDesk.during(t);
  Object.assign(desk.env, settings(registry.url));
  const serve = () => Serving.during(t, desk, program, ...args, PROXY);
  const serving = await serve();
  await serving.servesPages();
  assert.equal((await serving.endAll("SIGINT")).code, 1001);
  assert.equal((await (await serve()).end("SIGTERM")).code, 1001);
}

test("pnpm dlx serves", (t) => {
  return serves(t, installed(`@pnpm/exe.${process.platform}-${process.arch}/pnpm`), "dlx");
});

test("yarn dlx serves", (t) => serves(t, process.execPath, installed("@yarnpkg/cli-dist/bin/yarn.js"), "dlx"));

for (const runtime of RUNTIMES.filter(({ name }) => name === "Bun")) {
  test("bunx serves", (t) => serves(t, runtime.program, "x"));
}
