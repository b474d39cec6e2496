/** What people do to check a download succeeds: sha256sum and minisign. */

import assert from "node:assert/strict";
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { run, succeed } from "../package/program.mjs";
import { PUBLIC_KEY, RELEASE, VERSION, emptyFolder, read } from "./release.mjs";
import { need } from "./tool.mjs";

test("sha256sum finds every file of the release as it is listed, in order", async () => {
  await succeed("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"], RELEASE);
  const listed = read("SHA256SUMS")
    .toString()
    .trim()
    .split("\n")
    .map((line) => line.split("  ")[1]);
  assert.deepEqual(
    listed,
    readdirSync(RELEASE)
      .filter((name) => !name.startsWith("SHA256SUMS"))
      .toSorted(),
  );
});

test("minisign finds the signature right, and wrong after a change", async (t) => {
  const place = await emptyFolder(t);
  for (const name of ["SHA256SUMS", "SHA256SUMS.minisig"]) cpSync(join(RELEASE, name), join(place, name));
  const check = () => run(need("minisign"), ["-V", "-m", "SHA256SUMS", "-P", PUBLIC_KEY], place);
  const { status, stdout } = await check();
  assert.equal(status, 0);
  assert.ok(stdout.includes(`nws ${VERSION}`), stdout);
  writeFileSync(join(place, "SHA256SUMS"), readFileSync(join(place, "SHA256SUMS"), "utf8").replace("a", "b"));
  assert.notEqual((await check()).status, 0);
});

test("what the key for tests signs says so", async () => {
  const isTest = /^is_test_key='true'$/m.test(read("install.sh").toString());
  assert.equal(/TEST, no release/.test(read("SHA256SUMS.minisig").toString()), isTest);
});
