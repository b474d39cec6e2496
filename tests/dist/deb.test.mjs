/** The package for Debian, on a machine: installed, upgraded, removed, purged. Linux on Debian, as root. */

import assert from "node:assert/strict";
import { appendFile, copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

import { run, succeed } from "../package/program.mjs";
import { files } from "./artefacts.mjs";
import { Machine } from "./machine.mjs";
import { need } from "./tool.mjs";

/** @import { TestContext } from "node:test" */

const ARCHITECTURE = new Map([
  ["x64", "amd64"],
  ["arm64", "arm64"],
  ["arm", "armhf"],
]).get(process.arch);

const CONFIG = "/etc/nws/nws.toml";

/** The package for this machine. */
const deb = () => files("release", `_${ARCHITECTURE}.deb`)[0];

/**
 * A folder that is gone after the test.
 * @param {TestContext} t
 */
async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), "nws-deb-"));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

/**
 * The package as a later version, whose configuration file may have another text.
 * @param {TestContext} t
 * @param {string} more
 */
async function later(t, more) {
  const place = await folder(t);
  await succeed("dpkg-deb", ["--raw-extract", deb(), join(place, "tree")], place);
  const control = join(place, "tree/DEBIAN/control");
  const text = await readFile(control, "utf8");
  await writeFile(control, text.replace(/^Version: .*$/m, "Version: 99.0.0-1"));
  await appendFile(join(place, "tree", CONFIG), more);
  await succeed("dpkg-deb", ["-Znone", "--root-owner-group", "--build", "tree", "later.deb"], place);
  return join(place, "later.deb");
}

/**
 * A machine on which the package may be installed.
 * @param {TestContext} t
 * @param {{[name: string]: string}} packages files by name
 */
async function machine(t, packages = {}) {
  const machine = await Machine.start(t);
  for (const [name, file] of Object.entries({ "nws.deb": deb(), ...packages })) {
    await copyFile(file, machine.path(`/tmp/${name}`));
  }
  return machine;
}

test("ARMv6 is refused, where the program cannot run", async (t) => {
  const place = await folder(t);
  await succeed("dpkg-deb", ["--control", deb(), place], place);
  for (const [machine, status] of Object.entries({ armv6l: 1, armv7l: 0, armv8l: 0, aarch64: 0, x86_64: 0 })) {
    await writeFile(join(place, "uname"), `#!/bin/sh\necho ${machine}\n`, { mode: 0o755 });
    for (const task of ["install", "upgrade"]) {
      const refused = await run("sh", ["-c", `PATH="$PWD:$PATH" ./preinst ${task}`], place);
      assert.equal(refused.status, status, `${machine}, ${task}: ${refused.stderr}`);
      if (status) assert.match(refused.stderr, /nws needs ARMv7 or later/);
    }
  }
});

test("lintian finds no error", async (t) => {
  const tags = await succeed(need("lintian"), ["--allow-root", "--fail-on", "error", deb()], "/");
  t.diagnostic(tags.stdout || "no tags");
});

test("the service is well closed", async (t) => {
  const place = await folder(t);
  await succeed("dpkg-deb", ["--extract", deb(), place], place);
  const unit = join(place, "usr/lib/systemd/system/nws.service");
  const { stdout } = await succeed(
    need("systemd-analyze"),
    ["security", "--offline=true", "--threshold=20", unit],
    "/",
  );
  t.diagnostic(stdout.trim().split("\n").at(-1) ?? "");
});

test("the service starts, closed, and what a package brings is there", async (t) => {
  const there = await machine(t);
  await there.succeed("dpkg --install /tmp/nws.deb");
  assert.equal(await there.succeed("systemctl is-active nws"), "active\n");
  assert.equal(await there.succeed("systemctl is-enabled nws"), "enabled\n");
  assert.match(await there.succeed("curl --silent http://localhost:9009/status"), /"service":"networkwebsockets"/);
  assert.equal(await there.succeed("stat --format '%a %U %G' /run/nws"), "750 nws nws\n");
  const log = await there.succeed("journalctl --unit nws --output cat");
  assert.match(log, /sandbox: memory is closed, no new privileges, files are closed\n/);
  assert.match(log, /listening for other proxies /);
  await there.succeed("systemd-analyze verify nws.service");
  const pages = ["man/man1/nws-service-install.1.gz", "bash-completion/completions/nws", "doc/nws/copyright"];
  for (const page of pages) await there.succeed('test -s "$1"', `/usr/share/${page}`);
  const second = await there.run("HOME=/tmp setpriv --reuid 65534 --clear-groups nws service install");
  assert.equal(second.status, 1);
  assert.match(second.stderr, /port 9009 is taken by another proxy: the system service nws/);
});

test("an upgrade keeps the configuration, and starts the new version", async (t) => {
  const there = await machine(t, { "same.deb": await later(t, ""), "other.deb": await later(t, "# news\n") });
  await there.succeed("dpkg --install /tmp/nws.deb");
  const before = await there.succeed("systemctl show --value --property MainPID nws");
  await appendFile(there.path(CONFIG), "max-channels = 7\n");
  await there.succeed(`sed -i 's/^#port = 9009/port = 9111/' ${CONFIG}`);
  const mine = await readFile(there.path(CONFIG), "utf8");
  await there.succeed("dpkg --install /tmp/same.deb");
  assert.notEqual(await there.succeed("systemctl show --value --property MainPID nws"), before);
  assert.match(await there.succeed("curl --silent http://localhost:9111/status"), /networkwebsockets/);
  assert.equal(await readFile(there.path(CONFIG), "utf8"), mine);
  await there.succeed("dpkg --install --force-downgrade /tmp/nws.deb");
  await there.succeed("dpkg --install --force-confold /tmp/other.deb");
  assert.equal(await readFile(there.path(CONFIG), "utf8"), mine);
  assert.match(await readFile(there.path(`${CONFIG}.dpkg-dist`), "utf8"), /# news\n$/);
});

test("a purge leaves nothing, even if another proxy has kept the service from starting", async (t) => {
  const there = await machine(t);
  const other =
    "dpkg-deb --extract /tmp/nws.deb /tmp/x && systemd-run --quiet --service-type notify /tmp/x/usr/bin/nws";
  await there.succeed(other);
  await there.succeed("dpkg --install /tmp/nws.deb");
  assert.match(await there.succeed("systemctl show --property StatusText nws"), /port 9009 is taken/);
  await there.succeed("dpkg --remove nws");
  assert.equal((await there.run("systemctl is-active nws")).stdout, "inactive\n");
  assert.equal(await there.succeed(`ls ${CONFIG}`), `${CONFIG}\n`);
  await there.succeed("dpkg --purge nws");
  const names = "-name nws -o -name 'nws.*' -o -name 'nws-*' -o -name _nws";
  assert.equal(await there.succeed(`find /etc /run /usr /var -xdev '(' ${names} ')' -not -path '/usr/local/*'`), "");
  assert.notEqual((await there.run("getent passwd nws || getent group nws")).status, 0);
});
