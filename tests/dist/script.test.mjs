/** The install script does what it says: it installs, upgrades and uninstalls. */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { within } from "../browser/deadline.mjs";
import { succeed } from "../package/program.mjs";
import { Mirror } from "./mirror.mjs";
import { Person, SHELLS, end } from "./person.mjs";
import { OtherRelease, RELEASE, VERSION, files, folder, read } from "./release.mjs";
import { need } from "./tool.mjs";

/** @import { TestContext } from "node:test" */

const PROGRAM = ".local/bin/nws";
const MANIFEST = ".local/share/nws/installed";

/**
 * Somebody for whom this release is at hand.
 * @param {TestContext} t
 * @param {string[]} [shell]
 */
async function somebody(t, shell = SHELLS[0]) {
  const mirror = await Mirror.start(t, { [VERSION]: files() });
  const person = (await Person.make(t)).uses(mirror);
  person.shell = shell;
  return person;
}

/**
 * Somebody for whom another release is at hand too, with its script.
 * @param {TestContext} t
 * @param {OtherRelease} other
 */
async function somebodyWith(t, other) {
  const person = (await Person.make(t)).uses(
    await Mirror.start(t, { [VERSION]: files(), [other.version]: await other.files() }),
  );
  person.script = other.script();
  return person;
}

/** @param {{ status: unknown, stdout: string, stderr: string }} outcome */
function succeeded({ status, stdout, stderr }) {
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" }, stdout);
  return stdout;
}

for (const shell of SHELLS) {
  test(`${shell.join(" ")} installs, installs again and uninstalls`, async (t) => {
    const person = await somebody(t, shell);
    const said = succeeded(await person.run());
    const program = join(person.home, PROGRAM);
    assert.equal(execFileSync(program, ["--version"], { encoding: "utf8" }), `nws ${VERSION}\n`);
    const first = person.has();
    for (const file of person.files()) {
      if (file !== MANIFEST) assert.ok(said.includes(`installed ${join(person.home, file)}\n`), `${file}: ${said}`);
    }
    assert.match(said, /^SHA-256: checked$/m);
    assert.match(said, /^signature: not checked, as minisign is not installed$/m);

    assert.match(succeeded(await person.run()), /A proxy that is running stays the old one until you start it again/);
    assert.deepEqual(person.has(), first);

    succeeded(await person.run("--uninstall"));
    assert.deepEqual(person.has(), {});
    assert.match(succeeded(await person.run("--uninstall")), /has installed nothing for this user/);
  });
}

test("man pages and completions lie where man and the shells look", async (t) => {
  const person = await somebody(t);
  succeeded(await person.run());
  assert.deepEqual(
    person.files().filter((file) => !/man1\/nws-.*\.1$/.test(file)),
    [
      PROGRAM,
      ".local/share/bash-completion/completions/nws",
      ".local/share/fish/vendor_completions.d/nws.fish",
      ".local/share/man/man1/nws.1",
      MANIFEST,
      ".local/share/zsh/site-functions/_nws",
    ],
  );
});

test("the published command installs: curl into sh", async (t) => {
  const person = await somebody(t);
  const command = `"${need("curl")}" -fsSL "$NWS_RELEASES/v${VERSION}/install.sh" | sh -s -- --dir "$HOME/a b"`;
  const env = { HOME: person.home, PATH: process.env.PATH, ...person.environment };
  const { status, stderr } = await end(spawn("sh", ["-c", command], { env, stdio: "pipe" }));
  assert.equal(status, 0, stderr);
  assert.ok(existsSync(join(person.home, "a b/nws")));
});

test("minisign checks the signature where it is installed", async (t) => {
  const person = await somebody(t);
  person.give("minisign");
  assert.match(succeeded(await person.run()), /^signature: checked with minisign/m);
});

test("a key for tests is called by its name", async (t) => {
  const person = await somebody(t);
  person.give("minisign");
  for (const is of ["true", "false"]) {
    person.script = person.script.replace(/^is_test_key='.*'$/m, `is_test_key='${is}'`);
    assert.equal(/by a key for tests, which proves nothing/.test(succeeded(await person.run())), is === "true");
  }
});

test("shasum, openssl and wget will do", async (t) => {
  for (const tool of ["shasum", "openssl"]) {
    const person = await somebody(t);
    await succeed("rm", ["sha256sum", "curl"], person.tools);
    person.give(tool);
    person.give("perl");
    person.give("wget");
    // wget tells what it does.
    assert.equal((await person.run()).status, 0);
    succeeded(await person.run("--uninstall"));
    assert.deepEqual(person.has(), {});
  }
});

test("the tools of busybox will do, with curl", async (t) => {
  const person = await somebody(t, ["busybox", "sh"]);
  person.environment.PATH = await folder(t);
  execFileSync(need("busybox"), ["--install", "-s", person.environment.PATH]);
  symlinkSync(need("curl"), join(person.environment.PATH, "curl"));
  succeeded(await person.run());
  succeeded(await person.run("--uninstall"));
  assert.deepEqual(person.has(), {});
});

test("a release in a folder will do", async (t) => {
  const person = await Person.make(t);
  const mirror = await folder(t);
  symlinkSync(RELEASE, join(mirror, `v${VERSION}`));
  person.environment.NWS_RELEASES = mirror;
  succeeded(await person.run());
});

test("the folder of the program may be any", async (t) => {
  const person = await somebody(t);
  person.environment.NWS_INSTALL_DIR = join(person.home, "by variable");
  succeeded(await person.run());
  assert.ok(existsSync(join(person.home, "by variable/nws")));
  const said = succeeded(await person.run("--dir", join(person.home, "by $flag 'x'")));
  assert.ok(existsSync(join(person.home, "by $flag 'x'/nws")));
  assert.ok(said.includes(`removed ${join(person.home, "by variable/nws")}\n`), said);
  succeeded(await person.run("--uninstall"));
  assert.deepEqual(person.has(), {});
});

test("it says whether the folder is on PATH, and which program comes first there", async (t) => {
  const person = await somebody(t);
  const folder = join(person.home, ".local/bin");
  assert.ok(succeeded(await person.run()).includes(`${folder} is not on your PATH`));
  person.environment.PATH = `${person.tools}:${folder}`;
  assert.match(succeeded(await person.run()), /^Start it with: nws$/m);
  person.give("nws", need("true"));
  const said = succeeded(await person.run());
  assert.ok(said.includes(`Another nws comes first on your PATH: ${person.tools}/nws.`), said);
});

test("an upgrade replaces the program under a running one, and removes what it has no more", async (t) => {
  const older = await OtherRelease.make(t, "0.0.9", { "man/nws-old.1": "old" });
  const person = await somebodyWith(t, older);
  succeeded(await person.run());
  assert.equal(execFileSync(join(person.home, PROGRAM), { encoding: "utf8" }), "nws 0.0.9\n");

  person.script = read("install.sh").toString();
  assert.match(succeeded(await person.run()), /^removed .*nws-old\.1$/m);
  const proxy = spawn(join(person.home, PROGRAM), ["--no-discovery", "--port", "0"], { stdio: "pipe" });
  t.after(() => proxy.kill("SIGKILL"));
  await within("the start of the proxy", once(proxy.stdout, "data"));
  succeeded(await person.run());
  const exit = once(proxy, "exit");
  proxy.kill("SIGTERM");
  assert.deepEqual(await within("the end of the proxy", exit), [0, null]);
  succeeded(await person.run("--uninstall"));
  assert.deepEqual(person.has(), {});
});

test("--version installs another release, by its own key", async (t) => {
  const older = await OtherRelease.make(t, "0.0.9");
  const person = await somebodyWith(t, older);
  person.script = person.script.replace("version='0.0.9'", `version='${VERSION}'`);
  person.give("minisign");
  for (const version of ["0.0.9", "v0.0.9"]) {
    succeeded(await person.run("--version", version));
    assert.equal(execFileSync(join(person.home, PROGRAM), { encoding: "utf8" }), "nws 0.0.9\n");
    succeeded(await person.run("--uninstall"));
  }
});

test("uninstalling keeps what somebody has changed or put beside", async (t) => {
  const person = await somebody(t);
  mkdirSync(join(person.home, ".local/bin"), { recursive: true });
  writeFileSync(join(person.home, ".local/bin/other"), "other");
  succeeded(await person.run());
  const page = join(person.home, ".local/share/man/man1/nws.1");
  chmodSync(page, 0o644);
  writeFileSync(page, "mine");
  assert.ok(succeeded(await person.run("--uninstall")).includes(`kept ${page}: it has changed`));
  assert.deepEqual(person.files(), [".local/bin/other", ".local/share/man/man1/nws.1"]);
});

test("a service is not left without its program", async (t) => {
  const log = 'if [ "$1" = service ]; then echo "$@" >>"$HOME/asked"; fi';
  const other = await OtherRelease.make(t, "0.0.9", { nws: `#!/bin/sh\n${log}\necho nws 0.0.9\n` });
  const person = await somebodyWith(t, other);
  succeeded(await person.run("--dir", join(person.home, "bin")));
  const unit = join(person.home, ".config/systemd/user/nws.service");
  mkdirSync(join(unit, ".."), { recursive: true });
  writeFileSync(unit, `ExecStart=${join(person.home, "bin/nws")} run\n`);
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

test("two runs at one time leave one whole installation", async (t) => {
  const person = await somebody(t);
  const [one, other] = await Promise.all([person.run(), person.run()]);
  assert.deepEqual([one.status, other.status], [0, 0], one.stderr + other.stderr);
  assert.deepEqual(
    person.files().filter((file) => file.includes("install.")),
    [],
  );
  succeeded(await end(person.start("--uninstall")));
});
