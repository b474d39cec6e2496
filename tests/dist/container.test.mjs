/** The container image is what the tools of containers can read and unpack, and the proxy serves from it. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { within } from "../browser/deadline.mjs";
import { succeed } from "../package/program.mjs";
import { CHANNELS, RELEASE, VERSION, emptyFolder, sha256 } from "./release.mjs";
import { need } from "./tool.mjs";

const LAYOUT = join(CHANNELS, "container");
const USER = "65532";

/** What was built: the platform of the image, by a part of the archive's name. */
const PLATFORMS = [
  ["x86_64-unknown-linux", "amd64", ""],
  ["aarch64-unknown-linux", "arm64", ""],
  ["armv7-unknown-linux", "arm", "v7"],
].filter(([part]) => readdirSync(RELEASE).some((name) => name.includes(part)));

/** @param {string[]} args */
async function skopeo(...args) {
  return JSON.parse((await succeed(need("skopeo"), args, LAYOUT)).stdout);
}

test("every file has the name of its hash", () => {
  const blobs = join(LAYOUT, "blobs/sha256");
  for (const name of readdirSync(blobs)) assert.equal(sha256(readFileSync(join(blobs, name))), name);
});

for (const [, architecture, variant] of PLATFORMS) {
  test(`skopeo finds the image for ${architecture}`, async () => {
    const override = ["--override-os=linux", `--override-arch=${architecture}`];
    if (variant) override.push(`--override-variant=${variant}`);
    const image = await skopeo(...override, "inspect", `oci:${LAYOUT}:${VERSION}`);
    assert.equal(image.Architecture, architecture);
    assert.equal(image.Labels["org.opencontainers.image.version"], VERSION);
    assert.match(image.Labels["org.opencontainers.image.source"], /^https:\/\/github\.com\//);
    const {
      architecture: found,
      variant: kind,
      config,
    } = await skopeo(...override, "inspect", "--config", `oci:${LAYOUT}:${VERSION}`);
    assert.deepEqual([found, kind ?? ""], [architecture, variant]);
    assert.deepEqual([config.Entrypoint, config.Cmd ?? null], [["/nws"], null]);
    assert.deepEqual([config.User, config.StopSignal], [`${USER}:${USER}`, "SIGTERM"]);
  });
}

test("skopeo copies all platforms to another layout", async (t) => {
  const copy = await emptyFolder(t);
  await succeed(
    need("skopeo"),
    ["copy", "--all", `oci:${LAYOUT}:${VERSION}`, `oci:${join(copy, "copy")}:copy`],
    LAYOUT,
  );
  const images = await skopeo("inspect", "--raw", `oci:${join(copy, "copy")}:copy`);
  assert.deepEqual(
    images.manifests.map((/** @type {any} */ { platform }) => platform.architecture),
    PLATFORMS.map(([, architecture]) => architecture),
  );
});

test("in what umoci unpacks, the proxy serves as a user without rights", async (t) => {
  const place = await emptyFolder(t);
  const architecture = { x64: "amd64", arm64: "arm64", arm: "arm" }[/** @type {string} */ (process.arch)];
  const own = ["--override-os=linux", `--override-arch=${architecture}`];
  await succeed(need("skopeo"), [...own, "copy", `oci:${LAYOUT}:${VERSION}`, `oci:${join(place, "own")}:own`], LAYOUT);
  await succeed(
    need("umoci"),
    ["raw", "unpack", "--rootless", "--image", `${join(place, "own")}:own`, join(place, "root")],
    place,
  );
  assert.deepEqual(readdirSync(join(place, "root")).toSorted(), ["LICENSE", "THIRD-PARTY-LICENSES.html", "nws"]);
  if (process.getuid?.() !== 0) throw new Error("run this test as root: it changes the root folder of a process");
  const args = [`--userspec=${USER}:${USER}`, join(place, "root"), "/nws", "--no-discovery", "--port", "0"];
  const proxy = spawn(need("chroot"), args, { stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => proxy.kill("SIGKILL"));
  const [line] = await within("the line that tells the port", once(createInterface(proxy.stdout), "line"));
  const address = /^listening on (http:.*)$/.exec(line)?.[1];
  const { service } = await (await fetch(`${address}status`)).json();
  assert.equal(service, "networkwebsockets");
  const exit = once(proxy, "exit");
  proxy.kill("SIGTERM");
  assert.deepEqual(await within("the end of the proxy", exit), [0, null]);
});
