/** The install script knows the machines, and installs what each can run. */

import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { run } from "../package/program.mjs";
import { Person } from "./person.mjs";
import { RELEASE, VERSION } from "./release.mjs";
import { need } from "./tool.mjs";

/** @import { TestContext } from "node:test" */

/**
 * What the script asks for on a machine of this system and processor.
 * @param {TestContext} t
 * @param {string} system
 * @param {string} machine
 * @param {string} [sysctl] what `sysctl` says there, if there is one
 */
async function asks(t, system, machine, sysctl) {
  const { person } = await Person.with(t, { [VERSION]: { SHA256SUMS: `${"0".repeat(64)}  other\n` } });
  rmSync(join(person.tools, "uname"));
  script(join(person.tools, "uname"), `case $1 in -s) echo ${system} ;; *) echo ${machine} ;; esac`);
  if (sysctl) script(join(person.tools, "sysctl"), `echo ${sysctl}`);
  const { status, stdout, stderr } = await person.run();
  assert.equal(status, 1);
  assert.deepEqual(person.has(), {});
  return /has no nws-[0-9.]+-(.*)\.tar\.gz/.exec(stderr)?.[1] ?? stdout + stderr;
}

/**
 * @param {string} path
 * @param {string} text
 */
function script(path, text) {
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

const SUPPORTED = [
  ["Linux", "x86_64", "x86_64-unknown-linux-musl"],
  ["Linux", "amd64", "x86_64-unknown-linux-musl"],
  ["Linux", "aarch64", "aarch64-unknown-linux-musl"],
  ["Linux", "armv7l", "armv7-unknown-linux-musleabihf"],
  // 32-bit programs on a 64-bit kernel.
  ["Linux", "armv8l", "armv7-unknown-linux-musleabihf"],
  ["Darwin", "arm64", "aarch64-apple-darwin"],
  ["Darwin", "x86_64", "x86_64-apple-darwin"],
];

for (const [system, machine, target] of SUPPORTED) {
  test(`${system} on ${machine} gets ${target}`, async (t) => {
    assert.equal(await asks(t, system, machine), target);
  });
}

test("Rosetta does not hide the processor", async (t) => {
  assert.equal(await asks(t, "Darwin", "x86_64", "1"), "aarch64-apple-darwin");
  assert.equal(await asks(t, "Darwin", "x86_64", "0"), "x86_64-apple-darwin");
});

test("on other machines the script says what to do", async (t) => {
  for (const system of ["MINGW64_NT-10.0-22631", "MSYS_NT-10.0", "CYGWIN_NT-10.0"]) {
    assert.match(await asks(t, system, "x86_64"), /not for Windows: use the zip of .*\/releases/);
  }
  for (const [system, machine] of [
    ["FreeBSD", "amd64"],
    ["Linux", "riscv64"],
    ["Linux", "i686"],
    ["Linux", "armv6l"],
  ]) {
    const said = await asks(t, system, machine);
    assert.ok(said.includes(`there is no build for ${system} on ${machine}`), said);
    assert.match(said, /Build it from source: https:/);
  }
});

test("shellcheck finds nothing", async () => {
  const { status, stdout } = await run(need("shellcheck"), ["--shell=sh", "install.sh"], RELEASE);
  assert.equal(status, 0, stdout);
});
