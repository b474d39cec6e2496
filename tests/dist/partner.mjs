/** The last release, as a partner of this build in tests: its proxy, and the npm package that it serves. */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { TARGET } from "../browser/proxy.mjs";

const { NWS_DIST, NWS_PARTNER } = process.env;

/** Where it lies: until there is a release, what this checkout would release is its own partner. */
const PARTNER = resolve(
  fileURLToPath(new URL("../..", import.meta.url)),
  NWS_PARTNER ?? NWS_DIST ?? join(TARGET, "dist"),
);

/** The builds that run on this machine. @type {Partial<Record<NodeJS.Architecture, string>>} */
const TRIPLES = {
  arm: "armv7-unknown-linux-musleabihf",
  arm64: "aarch64-unknown-linux-musl",
  x64: "x86_64-unknown-linux-musl",
};

export class Partner {
  /** Unpacks its archive. */
  static async unpack() {
    const archive = find();
    const folder = await mkdtemp(join(tmpdir(), "nws-partner-"));
    const partner = new Partner(folder);
    extract(archive, folder);
    if (existsSync(partner.program)) return partner;
    await partner.remove();
    throw new Error(`${archive} has no program nws in its folder: build it anew with \`cargo xtask dist\``);
  }

  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /** Its proxy. */
  get program() {
    return join(this.folder, "nws");
  }

  /**
   * Unpacks the npm package that a proxy of it serves. Returns the folder of its scripts.
   * @param {{http: string}} proxy
   */
  async scripts({ http }) {
    const [tarball, folder] = [join(this.folder, "package.tgz"), join(this.folder, "package")];
    const answer = await fetch(`${http}/networkwebsockets.tgz`);
    if (!answer.ok) throw new Error(`the partner answers ${answer.status} instead of its npm package`);
    await writeFile(tarball, Buffer.from(await answer.arrayBuffer()));
    await mkdir(folder);
    extract(tarball, folder);
    return join(folder, "dist");
  }

  async remove() {
    await rm(this.folder, { recursive: true });
  }
}

/** Its archive for this machine. */
function find() {
  const [folder, triple] = [join(PARTNER, "release"), TRIPLES[process.arch]];
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const fitting = names.filter((name) => triple && name.startsWith("nws-") && name.endsWith(`-${triple}.tar.gz`));
  if (fitting.length === 1) return join(folder, fitting[0]);
  const found = fitting.length === 0 ? "no archive" : "more than one archive";
  throw new Error(
    `${folder} has ${found} for this machine (${triple ?? process.arch}): run \`cargo xtask dist\`, ` +
      "or name the folder of another release in NWS_PARTNER",
  );
}

/**
 * Unpacks what is in the one folder of an archive.
 * @param {string} archive
 * @param {string} folder
 */
function extract(archive, folder) {
  execFileSync("tar", ["-xzf", archive, "--strip-components=1", "-C", folder]);
}
