/** The release that `cargo xtask dist` has made, and variants of it. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { succeed } from "../package/program.mjs";
import { folder as built } from "./artefacts.mjs";
import { need } from "./tool.mjs";

/** @import { TestContext } from "node:test" */
/** @typedef {Record<string, string | Buffer>} Files contents by name */

/** Its files. */
export const RELEASE = built("release");

/** The text that package managers take. */
export const CHANNELS = built("channels");

/** @param {string} name */
export const read = (name) => readFileSync(join(RELEASE, name));

/** The version that the install script installs. */
export const VERSION = field("version");

/** The public key that the install script knows. */
export const PUBLIC_KEY = field("key");

/** The target of this machine: these tests run on Linux. */
const TARGET_HERE = new Map([
  ["x64", "x86_64-unknown-linux-musl"],
  ["arm64", "aarch64-unknown-linux-musl"],
  ["arm", "armv7-unknown-linux-musleabihf"],
]).get(process.arch);

/** @param {string} name */
function field(name) {
  const value = new RegExp(`^${name}='(.*)'$`, "m").exec(read("install.sh").toString())?.[1];
  if (!value) throw new Error(`install.sh does not set ${name}`);
  return value;
}

/** @param {string} version */
export const archiveOf = (version) => `nws-${version}-${TARGET_HERE}.tar.gz`;

/** Its files by name. @returns {Files} */
export function files() {
  const names = readdirSync(RELEASE).filter((name) => /^(install\.sh|SHA256SUMS.*|nws-.*\.tar\.gz)$/.test(name));
  return Object.fromEntries(names.map((name) => [name, read(name)]));
}

/** @param {string | Buffer} content */
export const sha256 = (content) => createHash("sha256").update(content).digest("hex");

/**
 * A folder that is gone after the test. Its name has what names of folders may have.
 * @param {TestContext} t
 */
export async function emptyFolder(t) {
  const path = await mkdtemp(join(tmpdir(), "nws dist ü-"));
  await chmod(path, 0o755);
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A release of another version, signed by another key. */
export class OtherRelease {
  /**
   * @param {TestContext} t
   * @param {string} version
   * @param {Files} content what its archive has; `nws` is the program
   */
  static async make(t, version, content = {}) {
    const place = await emptyFolder(t);
    const release = new OtherRelease(place, version);
    const top = `nws-${version}-${TARGET_HERE}`;
    const program = `#!/bin/sh\necho nws ${version}\n`;
    for (const [name, text] of Object.entries({ nws: program, "man/nws.1": version, ...content })) {
      await mkdir(join(place, top, name, ".."), { recursive: true });
      await writeFile(join(place, top, name), text, { mode: 0o755 });
    }
    await succeed("tar", ["-czf", archiveOf(version), top], place);
    release.archive = await readFile(join(place, archiveOf(version)));
    await succeed(need("minisign"), ["-G", "-W", "-p", "key.pub", "-s", "key"], place);
    release.key = (await readFile(join(place, "key.pub"), "utf8")).trim().split("\n")[1];
    return release;
  }

  archive = Buffer.alloc(0);
  key = "";

  /**
   * @param {string} folder
   * @param {string} version
   */
  constructor(folder, version) {
    this.folder = folder;
    this.version = version;
  }

  /**
   * Its files by name, with a list of sums that may be another one.
   * @param {string} [sums]
   * @returns {Promise<Files>}
   */
  async files(sums = `${sha256(this.archive)}  ${archiveOf(this.version)}\n`) {
    await writeFile(join(this.folder, "SHA256SUMS"), sums);
    await succeed(need("minisign"), ["-S", "-s", "key", "-m", "SHA256SUMS", "-x", "signature"], this.folder);
    await rename(join(this.folder, "signature"), join(this.folder, "SHA256SUMS.minisig"));
    const minisig = await readFile(join(this.folder, "SHA256SUMS.minisig"));
    return { [archiveOf(this.version)]: this.archive, SHA256SUMS: sums, "SHA256SUMS.minisig": minisig };
  }

  /** The install script, with this version and this key. */
  script() {
    const text = read("install.sh").toString();
    return text.replace(/^version='.*'$/m, `version='${this.version}'`).replace(/^key='.*'$/m, `key='${this.key}'`);
  }
}
