/** The Python wheels of the proxy, installed and run by uv and pip from a folder. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { PACKAGE, PythonDesk } from "./python-desk.mjs";
import { Serving } from "./serving.mjs";

const GONE = { code: 1001, status: 0, signal: null };

test("uvx serves from an empty cache, and again from a full one", async (t) => {
  const { desk, source } = await PythonDesk.during(t);
  const serve = () => Serving.during(t, desk, "uvx", ...source, "--from", PACKAGE, "nws");
  const cold = await serve();
  await cold.servesPages();
  assert.deepEqual(await cold.endAll("SIGINT"), GONE);
  const warm = await serve();
  assert.deepEqual(await warm.end("SIGTERM"), GONE);
  t.diagnostic(`uvx serves after ${Math.round(cold.took)} ms cold, ${Math.round(warm.took)} ms warm`);
});

test("no process outlives a terminal that closes", async (t) => {
  const { desk, source } = await PythonDesk.during(t);
  const serving = await Serving.during(t, desk, "uvx", ...source, "--from", PACKAGE, "nws");
  await serving.endAll("SIGHUP");
});

test("uv tool install has the command nws, and takes it away again", async (t) => {
  const { desk, source } = await PythonDesk.during(t);
  await desk.succeed("uv", "tool", "install", ...source, PACKAGE);
  const program = join(desk.home, ".local/bin/nws");
  assert.deepEqual(await (await Serving.during(t, desk, program)).end("SIGTERM"), GONE);
  await desk.succeed("uv", "tool", "uninstall", PACKAGE);
  assert.ok(!existsSync(program));
});

test("pip installs nws into a virtual environment, and takes it away again", async (t) => {
  const python = await PythonDesk.during(t);
  const { desk, source } = python;
  const programs = await python.environment("umgebung ü");
  await desk.succeed(join(programs, "pip"), "install", ...source, PACKAGE);
  const program = join(programs, "nws");
  assert.deepEqual(await (await Serving.during(t, desk, program)).end("SIGINT"), GONE);
  await desk.succeed(join(programs, "pip"), "uninstall", "--yes", PACKAGE);
  assert.ok(!existsSync(program));
});
