/** The install script removes what it installed, and nothing else. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Person, end, succeeded } from "./person.mjs";
import { OtherRelease } from "./release.mjs";
import { need } from "./tool.mjs";

const PROGRAM = ".local/bin/nws";
const UNIT = ".config/systemd/user/nws.service";

/**
 * A service of systemd starts the program.
 * @param {Person} person
 * @param {string} program its place in the home folder
 */
function hasService(person, program) {
  const unit = join(person.home, UNIT);
  mkdirSync(join(unit, ".."), { recursive: true });
  writeFileSync(unit, `ExecStart=${join(person.home, program)} run\n`);
}

test("uninstalling keeps what somebody has changed or put beside", async (t) => {
  const { person } = await Person.with(t);
  mkdirSync(join(person.home, ".local/bin"), { recursive: true });
  writeFileSync(join(person.home, ".local/bin/other"), "other");
  succeeded(await person.run());
  const page = join(person.home, ".local/share/man/man1/nws.1");
  writeFileSync(page, "mine");
  assert.ok(succeeded(await person.run("--uninstall")).includes(`kept ${page}: it has changed`));
  assert.deepEqual(person.files(), [".local/bin/other", ".local/share/man/man1/nws.1"]);
});

test("a service is not left without its program", async (t) => {
  const log = 'if [ "$1" = service ]; then echo "$@" >>"$HOME/asked"; fi';
  const other = await OtherRelease.make(t, "0.0.9", { nws: `#!/bin/sh\n${log}\necho nws 0.0.9\n` });
  const person = await Person.withOther(t, other);
  succeeded(await person.run("--dir", join(person.home, "bin")));
  hasService(person, "bin/nws");
  // Without a terminal nobody can be asked.
  person.before = [need("setsid"), "--wait"];
  const before = person.has();
  const { status, stderr } = await person.run("--uninstall");
  assert.equal(status, 1);
  assert.match(stderr, /a service starts .*bin\/nws at log-in: pass --with-service to remove it too/);
  assert.deepEqual(person.has(), before);
  succeeded(await person.run("--uninstall", "--with-service"));
  assert.equal(readFileSync(join(person.home, "asked"), "utf8"), "service uninstall\n");
  assert.ok(!existsSync(join(person.home, "bin")));
});

test("if the program is gone, the rest is removed, and how to remove its service is said", async (t) => {
  const { person } = await Person.with(t);
  succeeded(await person.run());
  hasService(person, PROGRAM);
  rmSync(join(person.home, PROGRAM));
  const said = succeeded(await person.run("--uninstall"));
  const unit = join(person.home, UNIT);
  assert.ok(said.includes(`${join(person.home, PROGRAM)} is gone, but ${unit} still starts it at log-in`), said);
  assert.ok(said.includes(`systemctl --user disable --now nws.service; rm "${unit}"\n`), said);
  assert.deepEqual(person.files(), [UNIT]);
});

test("somebody at a terminal is asked whether the service goes too", async (t) => {
  const { person } = await Person.with(t);
  succeeded(await person.run());
  hasService(person, PROGRAM);
  const before = person.has();
  const script = join(person.home, "../install.sh");
  writeFileSync(script, person.script);
  const command = `"${need("dash")}" "${script}" --uninstall`;
  // It gives the command a terminal, on which somebody types what it reads.
  const terminal = spawn(need("script"), ["--quiet", "--return", "--command", command, "/dev/null"], {
    env: { ...person.variables, SHELL: need("sh") },
    stdio: "pipe",
  });
  terminal.stdin.end("n\n");
  const { status, stdout } = await end(terminal);
  assert.equal(status, 1, stdout);
  assert.match(stdout, /A service starts .* at log-in\. Remove it too\? \[Y\/n\]/);
  assert.match(stdout, /error: the service needs the program, so both stay/);
  assert.deepEqual(person.has(), before);
});
