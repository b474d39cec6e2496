/** The installed package in what bundlers make of a project without any configuration, loaded in Chromium. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";

import { within } from "../browser/deadline.mjs";
import { folder, Site } from "../browser/site.mjs";
import { html } from "./pages.mjs";
import { place } from "./place.mjs";
import { start } from "./program.mjs";
import { Project, tool } from "./project.mjs";
import { CONVERSATION, PARROT } from "./transcript.mjs";

/**
 * @import { ChildProcessByStdio } from "node:child_process"
 * @import { TestContext } from "node:test"
 * @import { Readable } from "node:stream"
 */

const here = place();

const VITE = { "index.html": html("", "import './bundled-worker.js';") };

for (const mode of ["production", "development"]) {
  test(`webpack, ${mode}`, async (t) => {
    const made = await project(t, page("dist/main.js"));
    assertNoWarning(await made.tool("webpack", "./bundled-worker.js", "--mode", mode));
    await both(`${await serve(t, made)}/`);
  });
}

test("Vite, build", async (t) => {
  const made = await project(t, VITE);
  assertNoWarning(await made.tool("vite", "build"));
  await both(`${await serve(t, made, "dist")}/`);
});

test("Vite, development server", async (t) => {
  const made = await project(t, VITE);
  const server = start(tool("vite"), ["--port", "0"], made.folder);
  t.after(() => server.kill("SIGKILL"));
  const said = gather(server);
  await both(await address(server, said));
  assertNoWarning(said.join(""));
});

test("esbuild", async (t) => {
  const made = await project(t, page("out.js"));
  assertNoWarning(await made.tool("esbuild", "bundled.js", "--bundle", "--outfile=out.js"));
  await here.converses(`${await serve(t, made)}/`);
});

test("Rollup, with the plugin that finds installed packages", async (t) => {
  const made = await project(t, page("out.js"));
  const plugin = ["--plugin", "@rollup/plugin-node-resolve"];
  assertNoWarning(await made.tool("rollup", "bundled.js", ...plugin, "--format", "iife", "--file", "out.js"));
  await here.converses(`${await serve(t, made)}/`);
});

/** A program that runs. @typedef {ChildProcessByStdio<null, Readable, Readable>} Running */

/**
 * In the page two sockets talk, and it talks with a worker.
 * @param {string} url
 */
async function both(url) {
  assert.deepEqual(await here.hears(url), [CONVERSATION, PARROT]);
}

/**
 * What a server says, piece by piece.
 * @param {Running} server
 */
function gather({ stdout, stderr }) {
  /** @type {string[]} */
  const pieces = [];
  for (const stream of [stdout, stderr]) stream.on("data", (piece) => pieces.push(String(piece)));
  return pieces;
}

/**
 * Where a server says that it is.
 * @param {Running} server
 * @param {string[]} said
 */
async function address(server, said) {
  for (;;) {
    const found = /Local:\s+(\S+)/.exec(said.join(""));
    if (found) return found[1];
    await within(`the address of a server, which said: ${said.join("")}`, once(server.stdout, "data"));
  }
}

/**
 * A project whose pages load the built scripts.
 * @param {TestContext} t
 * @param {Record<string, string>} files
 */
async function project(t, files) {
  const made = await Project.make(files);
  t.after(() => made.remove());
  return made;
}

/**
 * The origin on which a folder of a project is served.
 * @param {TestContext} t
 * @param {Project} project
 * @param {string} [below]
 */
async function serve(t, { folder: root }, below = ".") {
  const site = await Site.start("localhost", folder(join(root, below)));
  t.after(() => site.stop());
  return site.origin;
}

/** @param {string} script */
function page(script) {
  return { "index.html": html(`<script defer src="${script}"></script>`, "") };
}

/** @param {string} output */
function assertNoWarning(output) {
  assert.doesNotMatch(output, /warn|\(!\)|deprecat/i);
}
