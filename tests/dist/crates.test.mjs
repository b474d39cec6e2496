/** The packed crates: cargo builds the proxy from them and from nothing else of this checkout. */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";

import { within } from "../browser/deadline.mjs";
import { TARGET } from "../browser/proxy.mjs";
import { files } from "./artefacts.mjs";

/** @import { TestContext } from "node:test" */

const MEGABYTE = 1_000_000;
/** Compiling takes minutes on a small machine. */
const DEADLINE = 1_800_000;

const desk = mkdtempSync(join(tmpdir(), "nws crates ü "));
after(() => rmSync(desk, { recursive: true }));

/** Unpacks all crates, and returns the folder of each by its name. */
function unpacked() {
  return new Map(
    files("crates", ".crate").map((file) => {
      execFileSync("tar", ["-xzf", file, "-C", desk]);
      const place = basename(file, ".crate");
      return [place.replace(/-\d.*$/, ""), join(desk, place)];
    }),
  );
}

/**
 * The proxy, built as if crates.io had the crates. Their folders are removed then: what it serves is in the program.
 * @param {Map<string, string>} crates
 */
function built(crates) {
  const parts = [...crates].filter(([name]) => name !== "nws");
  const there = parts.flatMap(([name, place]) => ["--config", `patch.crates-io.${name}.path=${JSON.stringify(place)}`]);
  const cwd = crates.get("nws") ?? assert.fail("there is no crate nws");
  // A proxy with debug assertions reads the files from their folder.
  const profile = { CARGO_PROFILE_DEV_DEBUG: "0", CARGO_PROFILE_DEV_DEBUG_ASSERTIONS: "false" };
  const target = join(TARGET, "from-crates");
  const options = { cwd, env: { ...process.env, ...profile, CARGO_TARGET_DIR: target }, timeout: DEADLINE };
  execFileSync("cargo", ["build", "--quiet", "--bin", "nws", ...there], options);
  for (const place of crates.values()) rmSync(place, { recursive: true });
  return join(target, "debug/nws");
}

/**
 * The address of a proxy that serves until the test ends.
 * @param {TestContext} t
 * @param {string} program
 */
async function serving(t, program) {
  const child = spawn(program, ["--no-discovery", "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(async () => {
    const closed = once(child, "close");
    child.kill();
    await within("the end of the proxy", closed);
  });
  const [line] = await within("the address of the proxy", once(createInterface(child.stdout), "line"));
  return /http:\S+\//.exec(line)?.[0] ?? assert.fail(line);
}

test("crates.io takes crates of this size", () => {
  for (const file of files("crates", ".crate")) {
    const { size } = statSync(file);
    assert.ok(size < 10 * MEGABYTE, `${file} has ${size} bytes`);
  }
});

test("the proxy that cargo builds from the crates serves the console, the demos and the package", {
  timeout: DEADLINE,
}, async (t) => {
  const address = await serving(t, built(unpacked()));
  for (const [path, type] of [
    ["", "text/html"],
    ["console/console.js", "text/javascript"],
    ["demo/", "text/html"],
    ["demo/game/picture.webp", "image/webp"],
    ["networkwebsockets.js", "text/javascript"],
    ["networkwebsockets.tgz", "application/gzip"],
  ]) {
    const answer = await fetch(address + path);
    assert.equal(answer.status, 200, path);
    assert.ok(answer.headers.get("content-type")?.startsWith(type), path);
    assert.ok((await answer.arrayBuffer()).byteLength > 0, path);
  }
});
