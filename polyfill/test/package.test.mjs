/** The package as it is packed: what is in it, and whether every way to import it leads to code and to types. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { dist } from "./dist.mjs";

const tarball = join(dist, "networkwebsockets.tgz");
const tools = join(import.meta.dirname, "../node_modules/.bin");
const FILES = [
  "LICENSE",
  "README.md",
  "dist/global.d.ts",
  "dist/networkwebsockets-streams.js",
  "dist/networkwebsockets-streams.mjs",
  "dist/networkwebsockets.d.ts",
  "dist/networkwebsockets.js",
  "dist/networkwebsockets.mjs",
  "dist/networkwebsockets.wasm",
  "dist/slim.d.ts",
  "dist/slim.mjs",
  "dist/streams.d.ts",
  "package.json",
];

/**
 * Runs a program, whose complaints are the error's message, and returns what it wrote.
 * @param {string} program
 * @param {string[]} args
 */
async function run(program, ...args) {
  const { stdout } = await promisify(execFile)(program, args).catch((error) => {
    throw new Error(`${error.message}\n${error.stdout}${error.stderr}`);
  });
  return stdout;
}

test("the package has what it names and nothing else", async () => {
  const entries = (await run("tar", "-tzf", tarball)).trim().split("\n");
  const shipped = entries.map((entry) => entry.replace(/^package\//, "")).filter((entry) => !entry.endsWith(".map"));
  assert.deepEqual(shipped.sort(), FILES);
});

test("publint finds no fault", async () => {
  await run(join(tools, "publint"), "run", "--strict", tarball);
});

test("every import has its types", async () => {
  // What it means to import WebAssembly is up to the bundler, and so are its types.
  const exclude = ["--exclude-entrypoints", "./networkwebsockets.wasm"];
  await run(join(tools, "attw"), "--profile", "esm-only", ...exclude, "--", tarball);
});
