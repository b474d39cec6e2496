/** The npm packages of the proxy, installed and run by npm from a registry on this machine. */

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { HERE, NpmDesk, PROXY } from "./npm-desk.mjs";
import { Serving } from "./serving.mjs";

test("npx serves from an empty cache, and again from a full one", async (t) => {
  const desk = await NpmDesk.during(t);
  const cold = await desk.npx(t);
  await cold.servesPages();
  assert.equal((await cold.endAll("SIGINT")).code, 1001);
  const warm = await desk.npx(t);
  t.diagnostic(`npx serves after ${Math.round(cold.took)} ms cold, ${Math.round(warm.took)} ms warm`);
});

test("nothing else is on the desk, neither Rust nor the project", async (t) => {
  const { desk } = await NpmDesk.during(t);
  for (const program of ["cargo", "rustc", "nws"]) {
    assert.notEqual((await desk.run("sh", "-c", `command -v ${program}`)).status, 0, program);
  }
});

test("SIGTERM to npx alone ends all of its processes, and the client is told", async (t) => {
  const serving = await (await NpmDesk.during(t)).npx(t);
  assert.equal((await serving.end("SIGTERM")).code, 1001);
});

test("Ctrl-C, which goes to all processes of npx, ends them, and the client is told", async (t) => {
  const serving = await (await NpmDesk.during(t)).npx(t);
  assert.equal((await serving.endAll("SIGINT")).code, 1001);
});

test("no process outlives a terminal that closes", async (t) => {
  const serving = await (await NpmDesk.during(t)).npx(t);
  await serving.endAll("SIGHUP");
});

test("with --ignore-scripts npx serves", async (t) => {
  await (await (await NpmDesk.during(t)).npx(t, "--ignore-scripts")).servesPages();
});

test("a global installation has the command nws, also with --ignore-scripts", async (t) => {
  const { desk } = await NpmDesk.during(t);
  await desk.succeed("npm", "install", "--global", "--ignore-scripts", PROXY);
  const serving = await Serving.during(t, desk, join(desk.home, "prefix/bin/nws"));
  assert.deepEqual(await serving.end("SIGINT"), { code: 1001, status: 0, signal: null });
});

test("a script of a project runs nws", async (t) => {
  const npm = await NpmDesk.during(t);
  await npm.install("--save-dev");
  const manifest = join(npm.desk.home, "package.json");
  const project = JSON.parse(await readFile(manifest, "utf8"));
  await writeFile(manifest, JSON.stringify({ ...project, scripts: { proxy: "nws" } }));
  const serving = await Serving.during(t, npm.desk, "npm", "run", "proxy", "--");
  assert.equal((await serving.endAll("SIGINT")).code, 1001);
});

/**
 * What the launcher says where it finds no program.
 * @param {NpmDesk} npm
 * @param {string[]} flags of node
 */
async function refusal({ desk, launcher }, ...flags) {
  const { status, stdout, stderr } = await desk.run("node", ...flags, launcher);
  assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
  return stderr;
}

/**
 * Checks that a text names the package, the other platforms and both remedies.
 * @param {string} text
 */
function namesRemedies(text) {
  assert.match(text, new RegExp(`^nws: the package ${HERE}, .* is missing`));
  for (const words of ["darwin-arm64, ", "win32-x64", "--include=optional", "https://"])
    assert.ok(text.includes(words), text);
}

test("with --omit=optional the launcher says what to do, and that helps", async (t) => {
  const npm = await NpmDesk.during(t);
  await npm.install("--omit=optional");
  namesRemedies(await refusal(npm));
  const { status, stderr } = await npm.desk.run("npx", "--yes", "--omit=optional", PROXY);
  assert.equal(status, 1);
  namesRemedies(stderr);
  await npm.install("--include=optional");
  await Serving.during(t, npm.desk, "node", npm.launcher);
});

test("an installation for another platform has no program, and the launcher says so", async (t) => {
  const npm = await NpmDesk.during(t);
  await npm.install("--os=win32", "--cpu=x64");
  namesRemedies(await refusal(npm));
});

test("a registry without the package of this platform leaves a launcher that says so", async (t) => {
  const npm = await NpmDesk.during(t);
  npm.registry.lose(HERE);
  await npm.install();
  namesRemedies(await refusal(npm));
});

test("on a platform that has no package the launcher names those that have one", async (t) => {
  const npm = await NpmDesk.during(t);
  await npm.install();
  const preload = join(npm.desk.home, "freebsd.cjs");
  await writeFile(preload, 'Object.defineProperty(process, "platform", { value: "freebsd" });');
  const text = await refusal(npm, "--require", preload);
  assert.match(text, new RegExp(`^nws: this platform, freebsd-${process.arch}, has no package`));
  for (const name of Object.keys((await npm.manifest()).optionalDependencies)) {
    assert.ok(text.includes(name.slice(PROXY.length + 1)), text);
  }
  assert.match(text, /Rust.*https:\/\//);
});

test("on a processor that is too old for the program the launcher says so", async (t) => {
  const npm = await NpmDesk.during(t);
  await npm.install();
  const preload = join(npm.desk.home, "pi.cjs");
  await writeFile(
    preload,
    'Object.defineProperty(process, "arch", { value: "arm" }); require("node:os").machine = () => "armv6l";',
  );
  assert.match(await refusal(npm, "--require", preload), /^nws: this platform, armv6l, has no package/);
});

test("a program that may not be executed is named", async (t) => {
  const npm = await NpmDesk.during(t);
  await npm.install();
  const program = join(npm.desk.home, "node_modules", HERE, "bin/nws");
  // Not by its mode: root may execute whatever anybody may.
  await npm.desk.succeed("sh", "-c", `/bin/chmod a-x "${program}"`);
  assert.match(await refusal(npm), /bin\/nws may not be executed\.\nInstall it again/);
});
