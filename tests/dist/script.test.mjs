/** The install script does what it says: it installs, upgrades and uninstalls. */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { within } from "../browser/deadline.mjs";
import { succeed } from "../package/program.mjs";
import { Person, SHELLS, end, succeeded } from "./person.mjs";
import { OtherRelease, RELEASE, VERSION, emptyFolder, read } from "./release.mjs";
import { need } from "./tool.mjs";

const PROGRAM = ".local/bin/nws";
const MANIFEST = ".local/share/nws/installed";

for (const shell of SHELLS) {
  test(`${shell.join(" ")} installs, installs again and uninstalls`, async (t) => {
    const { person } = await Person.with(t);
    person.shell = shell;
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
  const { person } = await Person.with(t);
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
  const { person } = await Person.with(t);
  const command = `"${need("curl")}" -fsSL "$NWS_RELEASES/v${VERSION}/install.sh" | sh -s -- --dir "$HOME/a b"`;
  const env = { HOME: person.home, PATH: process.env.PATH, ...person.environment };
  const { status, stderr } = await end(spawn("sh", ["-c", command], { env, stdio: "pipe" }));
  assert.equal(status, 0, stderr);
  assert.ok(existsSync(join(person.home, "a b/nws")));
});

test("minisign checks the signature where it is installed", async (t) => {
  const { person } = await Person.with(t);
  person.give("minisign");
  assert.match(succeeded(await person.run()), /^signature: checked with minisign/m);
});

test("a key for tests is called by its name", async (t) => {
  const { person } = await Person.with(t);
  person.give("minisign");
  for (const is of ["true", "false"]) {
    person.script = person.script.replace(/^is_test_key='.*'$/m, `is_test_key='${is}'`);
    assert.equal(/by a key for tests, which proves nothing/.test(succeeded(await person.run())), is === "true");
  }
});

test("shasum, openssl and wget will do", async (t) => {
  for (const tool of ["shasum", "openssl"]) {
    const { person } = await Person.with(t);
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
  const { person } = await Person.with(t);
  person.shell = ["busybox", "sh"];
  person.environment.PATH = await emptyFolder(t);
  execFileSync(need("busybox"), ["--install", "-s", person.environment.PATH]);
  symlinkSync(need("curl"), join(person.environment.PATH, "curl"));
  succeeded(await person.run());
  succeeded(await person.run("--uninstall"));
  assert.deepEqual(person.has(), {});
});

test("a release in a folder will do", async (t) => {
  const person = await Person.make(t);
  const mirror = await emptyFolder(t);
  symlinkSync(RELEASE, join(mirror, `v${VERSION}`));
  person.environment.NWS_RELEASES = mirror;
  succeeded(await person.run());
});

test("the folder of the program may be any", async (t) => {
  const { person } = await Person.with(t);
  person.environment.NWS_INSTALL_DIR = join(person.home, "by variable");
  succeeded(await person.run());
  assert.ok(existsSync(join(person.home, "by variable/nws")));
  const said = succeeded(await person.run("--dir", join(person.home, "by $flag 'x'")));
  assert.ok(existsSync(join(person.home, "by $flag 'x'/nws")));
  assert.ok(said.includes(`removed ${join(person.home, "by variable/nws")}\n`), said);
  succeeded(await person.run("--uninstall"));
  assert.deepEqual(person.has(), {});
});

test("another name of the folder leads to the same installation", async (t) => {
  const { person } = await Person.with(t);
  succeeded(await person.run("--dir", join(person.home, "bin")));
  symlinkSync("bin", join(person.home, "link"));
  const before = person.has();
  for (const name of ["link", "./bin/.", "bin/../bin"]) {
    for (const force of [[], ["--force"]]) {
      assert.doesNotMatch(succeeded(await person.run("--dir", `${person.home}/${name}`, ...force)), /^removed/m);
      assert.deepEqual({ ...person.has(), [MANIFEST]: "" }, { ...before, [MANIFEST]: "" });
    }
  }
  succeeded(await person.run("--uninstall"));
  assert.deepEqual(person.has(), { link: "link to bin" });
});

test("it says whether the folder is on PATH, and which program comes first there", async (t) => {
  const { person } = await Person.with(t);
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
  const person = await Person.withOther(t, older);
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
  const person = await Person.withOther(t, older);
  person.script = person.script.replace("version='0.0.9'", `version='${VERSION}'`);
  person.give("minisign");
  for (const version of ["0.0.9", "v0.0.9"]) {
    succeeded(await person.run("--version", version));
    assert.equal(execFileSync(join(person.home, PROGRAM), { encoding: "utf8" }), "nws 0.0.9\n");
    succeeded(await person.run("--uninstall"));
  }
});

test("--help names every option", async (t) => {
  const said = succeeded(await (await Person.make(t)).run("--help"));
  for (const option of ["dir", "version", "force", "uninstall", "with-service", "help"]) {
    assert.ok(said.includes(`  --${option} `), option);
  }
});

test("two runs at one time leave one whole installation", async (t) => {
  const { person } = await Person.with(t);
  const [one, other] = await Promise.all([person.run(), person.run()]);
  assert.deepEqual([one.status, other.status], [0, 0], one.stderr + other.stderr);
  assert.deepEqual(
    person.files().filter((file) => file.includes(".nws-install.")),
    [],
  );
  succeeded(await end(person.start("--uninstall")));
});
