/** What is in the npm packages and in the wheels: the proxy of the archives, and what describes it. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { basename } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { tarball } from "../package/tarball.mjs";
import { files } from "./artefacts.mjs";
import { need } from "./tool.mjs";

/** @typedef {{mode: number, size: number, sha256: string, text: string}} Entry */

const PROXY = "@networkwebsockets/proxy";
const EXECUTABLE = 0o755;

/** The platform in the names of each kind of package, by that in the names of archives. */
const PLATFORMS = new Map([
  ["x86_64-unknown-linux-musl", { npm: "linux-x64", wheel: "manylinux_2_17_x86_64" }],
  ["aarch64-unknown-linux-musl", { npm: "linux-arm64", wheel: "manylinux_2_17_aarch64" }],
  ["armv7-unknown-linux-musleabihf", { npm: "linux-arm", wheel: "manylinux_2_17_armv7l" }],
  ["x86_64-pc-windows-gnu", { npm: "win32-x64", wheel: "win_amd64" }],
  ["aarch64-apple-darwin", { npm: "darwin-arm64", wheel: "macosx_11_0_arm64" }],
  ["x86_64-apple-darwin", { npm: "darwin-x64", wheel: "macosx_10_12_x86_64" }],
]);

/** @type {Map<string, Map<string, Entry>>} */
const known = new Map();

/**
 * What is in an archive, by name.
 * @param {string} file
 */
function entries(file) {
  const all = known.get(file) ?? read(file);
  known.set(file, all);
  return all;
}

/**
 * @param {string} file
 * @returns {Map<string, Entry>}
 */
function read(file) {
  const script = fileURLToPath(new URL("entries.py", import.meta.url));
  const text = execFileSync(need("python3"), [script, file], { encoding: "utf8", maxBuffer: 1 << 26 });
  return new Map(Object.entries(JSON.parse(text)));
}

/**
 * The only entry whose name ends like this.
 * @param {Map<string, Entry>} all
 * @param {RegExp} ending
 */
function only(all, ending) {
  const found = [...all].filter(([name]) => ending.test(name));
  assert.equal(found.length, 1, `${ending} among ${[...all.keys()]}`);
  return found[0][1];
}

/** The platforms of this release, each with the proxy in its archive. */
function released() {
  return files("release", ".tar.gz", ".zip").map((file) => {
    const platform = [...PLATFORMS].find(([triple]) => basename(file).includes(`-${triple}.`))?.[1];
    if (!platform) throw new Error(`${file} is an archive of no known platform`);
    return { ...platform, program: only(entries(file), /\/nws(\.exe)?$/) };
  });
}

/** The npm packages of the proxy by their names. */
function packages() {
  const all = files("npm", ".tgz").map((file) => {
    const content = entries(file);
    return { content, manifest: JSON.parse(content.get("package/package.json")?.text ?? "{}") };
  });
  const proxies = all.filter(({ manifest }) => manifest.name.startsWith(PROXY));
  return new Map(proxies.map((one) => [one.manifest.name, one]));
}

test("each platform of the release has one npm package, with the proxy of the archive", () => {
  const all = packages();
  const platforms = released();
  assert.equal(all.size, platforms.length + 1);
  for (const { npm, program } of platforms) {
    const { content, manifest } = all.get(`${PROXY}-${npm}`) ?? assert.fail(npm);
    const packed = only(content, /^package\/bin\/nws(\.exe)?$/);
    assert.deepEqual([packed.sha256, packed.mode], [program.sha256, EXECUTABLE], npm);
    assert.deepEqual([`${manifest.os}-${manifest.cpu}`, manifest.bin], [npm, undefined]);
    for (const name of ["LICENSE", "README.md", "THIRD-PARTY-LICENSES.html"]) {
      assert.ok(content.has(`package/${name}`), `${name} for ${npm}`);
    }
  }
});

test("the launcher depends on the packages of all platforms at its own version, and has no binary", () => {
  const { content, manifest } = packages().get(PROXY) ?? assert.fail(PROXY);
  const names = [...PLATFORMS.values()].map(({ npm }) => `${PROXY}-${npm}`);
  assert.deepEqual(manifest.optionalDependencies, Object.fromEntries(names.map((name) => [name, manifest.version])));
  assert.deepEqual([...content.keys()].map((name) => name.slice("package/".length)).sort(), [
    "LICENSE",
    "README.md",
    "nws.js",
    "package.json",
  ]);
});

test("no npm package runs anything when it is installed, and each names its repository", () => {
  for (const [name, { manifest }] of packages()) {
    assert.equal(manifest.scripts, undefined, name);
    assert.match(manifest.repository.url, /^git\+https:.*\.git$/, name);
    assert.equal(manifest.repository.directory, "proxy/npm", name);
    assert.equal(manifest.publishConfig.access, "public", name);
  }
});

test("the npm package for pages has no binary and does not bring the proxy", () => {
  const content = entries(tarball());
  const kinds = new Set([...content.keys()].map((name) => name.replace(/^.*\//, "").replace(/^[^.]*/, "")));
  assert.deepEqual([...kinds].sort(), ["", ".d.ts", ".js", ".json", ".md", ".mjs", ".wasm"]);
  const { dependencies, optionalDependencies } = JSON.parse(content.get("package/package.json")?.text ?? "{}");
  assert.deepEqual([dependencies, optionalDependencies], [undefined, undefined]);
});

test("each platform of the release has one wheel, with the proxy of the archive", () => {
  const wheels = files("wheels", ".whl");
  const platforms = released();
  assert.equal(wheels.length, platforms.length);
  for (const { wheel, program } of platforms) {
    const file = wheels.find((name) => name.includes(wheel)) ?? assert.fail(wheel);
    const packed = only(entries(file), /\.data\/scripts\/nws(\.exe)?$/);
    assert.deepEqual([packed.sha256, packed.mode], [program.sha256, EXECUTABLE], wheel);
  }
});

for (const kind of ["any Linux, by glibc and by musl", "any other system"]) {
  test(`the tags in a wheel for ${kind} are those of its name`, () => {
    const wheels = files("wheels", ".whl").filter((file) => file.includes("linux") === kind.includes("Linux"));
    const platforms = released().filter(({ wheel }) => wheel.includes("linux") === kind.includes("Linux"));
    assert.equal(wheels.length, platforms.length);
    for (const file of wheels) {
      const [python, abi, platforms] = basename(file, ".whl").split("-").slice(2);
      const tags = platforms.split(".").map((platform) => `Tag: ${python}-${abi}-${platform}`);
      const { text } = only(entries(file), /\.dist-info\/WHEEL$/);
      assert.deepEqual(text.match(/^Tag: .*$/gm)?.sort(), tags.sort(), file);
      assert.match(text, /^Root-Is-Purelib: false$/m);
      const families = ["manylinux_2_17_", "musllinux_"].filter((family) => platforms.includes(family));
      assert.equal(families.length, kind.includes("Linux") ? 2 : 0, file);
    }
  });
}

test("the record of a wheel has the hash and the length of every other file", () => {
  for (const file of files("wheels", ".whl")) {
    const all = entries(file);
    const lines = only(all, /\.dist-info\/RECORD$/)
      .text.trim()
      .split("\n");
    const expected = [...all].map(([name, { sha256, size }]) =>
      name.endsWith("/RECORD") ? `${name},,` : `${name},sha256=${sha256},${size}`,
    );
    assert.deepEqual(lines.sort(), expected.sort());
  }
});

test("a wheel describes itself, and has the licences and the bill of materials", () => {
  for (const file of files("wheels", ".whl")) {
    const all = entries(file);
    const { text } = only(all, /\.dist-info\/METADATA$/);
    for (const line of ["Name: networkwebsockets-proxy", "License-Expression: MIT", "Project-URL: Source, https://"]) {
      assert.ok(text.includes(line), line);
    }
    for (const name of [/licenses\/LICENSE$/, /licenses\/THIRD-PARTY-LICENSES\.html$/, /sboms\/.*\.cdx\.json$/]) {
      only(all, name);
    }
  }
});
