/** The npm package that a proxy serves, installed by npm. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { PROGRAM, NwsProxy } from "../browser/proxy.mjs";
import { Project } from "./project.mjs";
import { Update } from "./update.mjs";

/** @import { TestContext } from "node:test" */

const NEWER = "99.0.0";

/** @type {NwsProxy} */
let proxy;

before(async () => (proxy = await NwsProxy.start()));
after(() => proxy?.stop());

/**
 * The folder of a cache.
 * @param {TestContext} t
 */
async function cacheFolder(t) {
  const path = await mkdtemp(join(tmpdir(), "nws-cache-"));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/**
 * A project with nothing in it.
 * @param {TestContext} t
 * @param {string} [cache]
 */
async function empty(t, cache) {
  const project = await Project.empty(cache);
  t.after(() => project.remove());
  return project;
}

/**
 * The installed package with the version NEWER, as a tarball.
 * @param {Project} project
 */
async function newer(project) {
  const manifest = JSON.parse(await project.read("package.json"));
  await writeFile(join(project.installed, "package.json"), JSON.stringify({ ...manifest, version: NEWER }));
  return readFile(join(project.folder, await project.npm("pack", project.installed)));
}

test("npm installs the package of the running proxy", async (t) => {
  const project = await empty(t, await cacheFolder(t));
  await project.npm("install", `${proxy.http}/networkwebsockets.tgz`);
  assert.equal(`nws ${await project.version()}`, execFileSync(PROGRAM, ["--version"], { encoding: "utf8" }).trim());
  for (const file of ["networkwebsockets.js", "networkwebsockets.mjs"]) {
    const served = await (await fetch(`${proxy.http}/${file}`)).text();
    assert.equal(await project.read(`dist/${file}`), served, file);
  }
  /** @param {string} file */
  const root = (file) => readFile(new URL(`../../${file}`, import.meta.url), "utf8");
  assert.equal(await project.read("LICENSE"), await root("LICENSE"));
  await assert.rejects(project.read("dist/networkwebsockets.tgz"), { code: "ENOENT" });
});

test("npm asks the proxy whether it has another package, and gets none twice", async (t) => {
  const cache = await cacheFolder(t);
  const update = await Update.before(t, proxy);
  await (await empty(t, cache)).npm("install", update.url);
  await (await empty(t, cache)).npm("install", update.url);
  const [first, ...later] = update.requests;
  assert.deepEqual(first, { known: undefined, status: 200 });
  assert.ok(later.length > 0 && later.every(({ known, status }) => known && status === 304), JSON.stringify(later));
});

test("after an update of the proxy, npm installs the newer package from the same URL", async (t) => {
  const cache = await cacheFolder(t);
  const update = await Update.before(t, proxy);
  const [again, updated, fresh, source] = await Promise.all([1, 2, 3, 4].map(() => empty(t, cache)));
  for (const project of [again, updated, source]) await project.npm("install", update.url);
  update.to(await newer(source));
  // By the same cache: two projects that have the older package in their lock files, and one that has nothing.
  await again.npm("install", update.url);
  await updated.npm("update", "networkwebsockets");
  await fresh.npm("install", update.url);
  for (const project of [again, updated, fresh]) assert.equal(await project.version(), NEWER);
});

/**
 * What a repository has of a project, checked out elsewhere by somebody with an empty cache.
 * @param {TestContext} t
 * @param {Project} project
 * @param {string[]} files
 */
async function checkout(t, project, ...files) {
  const copy = await empty(t, await cacheFolder(t));
  for (const file of ["package.json", "package-lock.json", ...files]) {
    await copy.write({ [file]: await readFile(join(project.folder, file)) });
  }
  return copy;
}

test("elsewhere, npm ci needs a proxy at the same URL, with the same package", async (t) => {
  const update = await Update.before(t, proxy);
  const project = await empty(t, await cacheFolder(t));
  await project.npm("install", update.url);
  await (await checkout(t, project)).npm("ci");
  update.to(await newer(project));
  await assert.rejects((await checkout(t, project)).npm("ci"), /EINTEGRITY/);
  update.end();
  await assert.rejects((await checkout(t, project)).npm("ci", "--fetch-retries", "0"), /ECONNREFUSED/);
});

test("elsewhere, npm ci takes a tarball that lies in the project", async (t) => {
  const project = await empty(t, await cacheFolder(t));
  const tarball = await fetch(`${proxy.http}/networkwebsockets.tgz`);
  await project.write({ "networkwebsockets.tgz": Buffer.from(await tarball.arrayBuffer()) });
  await project.npm("install", "./networkwebsockets.tgz");
  const copy = await checkout(t, project, "networkwebsockets.tgz");
  await copy.npm("ci");
  assert.equal(await copy.version(), await project.version());
});
