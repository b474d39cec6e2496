/** The package for RPM: the same files as in that for Debian, and a service. Linux, as root. */

import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import test from "node:test";

import { succeed } from "../package/program.mjs";
import { files } from "./artefacts.mjs";
import { Machine } from "./machine.mjs";
import { need } from "./tool.mjs";

const [DEBIAN, RPM] =
  new Map([
    ["x64", ["amd64", "x86_64"]],
    ["arm64", ["arm64", "aarch64"]],
    ["arm", ["armhf", "armv7hl"]],
  ]).get(process.arch) ?? [];

const CONFIG = "/etc/nws/nws.toml";

/** Debian's rpm says that Debian has dpkg. */
const INSTALL = "rpm --force-debian --nodeps";

/** The package for this machine. */
const rpm = () => files("release", `.${RPM}.rpm`)[0];

/** What only one of both packages has, or has elsewhere. */
const OWN = /lintian|changelog\.Debian|copyright|licenses\/nws|zsh/;

test("both packages have the same files", async () => {
  const list = await succeed(need("rpm"), ["--query", "--list", "--package", rpm()], "/");
  const deb = files("release", `_${DEBIAN}.deb`)[0];
  const { stdout } = await succeed("sh", ["-c", 'dpkg-deb --fsys-tarfile "$1" | tar --list', "sh", deb], "/");
  const ofDebian = stdout.split("\n").filter((path) => path && !path.endsWith("/"));
  const shared = (/** @type {string[]} */ paths) => paths.filter((path) => path && !OWN.test(path)).sort();
  assert.deepEqual(shared(list.stdout.split("\n")), shared(ofDebian.map((path) => path.slice(1))));
});

test("it is installed, keeps its configuration, and goes without a trace", async (t) => {
  const there = await Machine.start(t);
  await copyFile(rpm(), there.path("/tmp/nws.rpm"));
  await there.succeed(`${INSTALL} --install /tmp/nws.rpm`);
  assert.equal(await there.succeed("systemctl is-enabled nws"), "enabled\n");
  await there.succeed("systemctl start nws && systemctl is-active nws");
  assert.equal(await there.succeed("stat --format '%a %U %G' /run/nws"), "750 nws nws\n");
  await there.succeed(`sed -i 's/^#port = 9009/port = 9111/' ${CONFIG}`);
  await there.succeed(`${INSTALL} --reinstall /tmp/nws.rpm`);
  // The scripts of the package start it anew.
  await there.succeed("timeout 20 sh -c 'until curl --silent --fail http://localhost:9111/status; do sleep 0.1; done'");
  assert.match(await there.succeed("curl --silent http://localhost:9111/status"), /networkwebsockets/);
  await there.succeed(`sed -i 's/^port = 9111/#port = 9009/' ${CONFIG} && ${INSTALL} --erase nws`);
  assert.equal((await there.run("systemctl is-active nws")).stdout, "inactive\n");
  const names = "-name nws -o -name 'nws.*' -o -name 'nws-*' -o -name _nws";
  const left = `find /etc /run /usr /var -xdev '(' ${names} ')' -not -path '/usr/local/*'`;
  assert.equal(await there.succeed(left), "");
});
