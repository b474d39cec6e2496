/** The install script leaves nothing when it is interrupted, or when the disk is full. */

import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { within } from "../browser/deadline.mjs";
import { run } from "../package/program.mjs";
import { Mirror } from "./mirror.mjs";
import { Person, SHELLS, end } from "./person.mjs";
import { VERSION, archiveOf, files } from "./release.mjs";
import { need } from "./tool.mjs";

const ARCHIVE = archiveOf(VERSION);

for (const shell of SHELLS) {
  for (const [signal, status] of /** @type {const} */ ([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 143],
  ])) {
    test(`${shell.join(" ")} ends at once by ${signal}, while a download stands still`, async (t) => {
      const { mirror, person } = await Person.with(t);
      person.shell = shell;
      for (const file of ["SHA256SUMS", ARCHIVE]) {
        const stalled = mirror.stall(file);
        const child = person.start();
        const outcome = end(child);
        const { end: closed } = await within("half of the file", stalled);
        child.kill(signal);
        const { status: found, stderr } = await outcome;
        assert.equal(found, status, stderr);
        assert.match(stderr, /interrupted: nothing has changed/);
        assert.deepEqual(person.has(), {});
        await within("the end of the download", closed);
        delete mirror.answers[file];
      }
    });
  }

  test(`${shell.join(" ")} leaves all or nothing, whenever a signal comes`, async (t) => {
    const { person } = await Person.with(t);
    person.shell = shell;
    await person.run();
    const whole = person.has();
    await person.run("--uninstall");
    const shellId = join(person.home, "../shell");
    person.before = [need("sh"), "-c", 'echo $$ >"$0" && exec "$@"', shellId];
    for (const tool of ["dirname", "mkdir", "curl", "sha256sum", "tar", "cut", "cp", "chmod", "mv"]) {
      rmSync(join(person.tools, tool));
      const program = join(person.tools, tool);
      // A subshell may have started it. The shell of the script is told.
      const text = `#!/bin/sh\nkill -TERM "$(cat "${shellId}")"\nexec ${need(tool)} "$@"\n`;
      writeFileSync(program, text, { mode: 0o755 });
      const { status, stdout, stderr } = await person.run();
      const left = person.has();
      if (tool === "mv") assert.deepEqual({ status, left }, { status: 0, left: whole });
      else assert.deepEqual({ status, left }, { status: 143, left: {} }, `${tool}: ${stdout}${stderr}`);
      rmSync(program);
      person.give(tool);
    }
  });
}

test("after a kill the script can be run again", async (t) => {
  const { mirror, person } = await Person.with(t);
  const stalled = mirror.stall(ARCHIVE);
  const child = person.start();
  const outcome = end(child);
  await within("half of the file", stalled);
  child.kill("SIGKILL");
  mirror.close();
  await outcome;
  person.uses(await Mirror.start(t, { [VERSION]: files() }));
  assert.equal((await person.run()).status, 0);
  assert.equal((await person.run("--uninstall")).status, 0);
  assert.deepEqual(person.files(), []);
});

test("on a disk that is full, all or nothing is left", async (t) => {
  const { person } = await Person.with(t);
  const probe = await run(need("unshare"), ["--mount", "true"], "/");
  if (probe.status !== 0) throw new Error(`run this test as root: it needs a disk of its own: ${probe.stderr}`);
  // What is on the disk can be seen in its namespace alone.
  const look =
    'cat >"$0/script"; mount -t tmpfs -o size="$1" tmpfs "$HOME" && PATH="$0/tools"; \
dash "$0/script"; echo "status $?"; find "$HOME" -mindepth 1';
  person.give("dash");
  const folder = join(person.home, "..");
  const outcomes = [];
  for (const size of ["16k", "512k", "2m", "5m", "9m", "12m", "16m", "20m", "26m", "64m"]) {
    person.environment.PATH = process.env.PATH;
    person.before = [need("unshare"), "--mount", "sh", "-c", look, folder, size];
    person.shell = ["true"];
    const { stdout, stderr } = await person.run();
    const [, status, left] = /status (\d+)\n(.*)$/s.exec(stdout) ?? [];
    if (status === "0") assert.match(left, /\/nws\/installed\n/);
    else assert.deepEqual({ status, left }, { status: "1", left: "" }, `${size}: ${stderr}`);
    if (status !== "0") assert.match(stderr, /error: .*free some space/, size);
    outcomes.push(status);
  }
  assert.deepEqual([outcomes.at(0), outcomes.at(-1)], ["1", "0"], outcomes.join());
});
