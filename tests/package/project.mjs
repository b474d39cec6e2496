/** A throw-away project beside no other, into which npm installs from this machine alone. */

import { cp, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { succeed } from "./program.mjs";
import { tarball } from "./tarball.mjs";

const PLACES = fileURLToPath(new URL("places", import.meta.url));
const QUIETLY = [
  "--no-audit",
  "--no-fund",
  "--no-progress",
  "--no-update-notifier",
  "--fetch-retry-mintimeout",
  "100",
  "--fetch-retry-maxtimeout",
  "1000",
  "--ignore-scripts",
  "--loglevel=error",
];
/** Nothing listens there: what is not at the URL to install comes from nowhere. */
const ALONE = ["--registry", "http://127.0.0.1:1"];

export class Project {
  /**
   * One with the package from its tarball.
   *
   * @param {Record<string, string>} [files] their texts by name; those of `places` are there in any
   *   case
   */
  static async make(files = {}) {
    const project = await Project.empty();
    await cp(PLACES, project.folder, { recursive: true });
    await project.write(files);
    await project.npm("install", tarball());
    return project;
  }

  /**
   * One in which nothing is installed. `cache` is the folder of npm's cache, which projects may
   * share.
   * @param {string} [cache]
   */
  static async empty(cache) {
    // Outside the checkout, so that nothing is found there but what was installed.
    const project = new Project(await realpath(await mkdtemp(join(tmpdir(), "nws-project-"))), cache);
    await project.write({ "package.json": '{ "private": true, "type": "module" }' });
    return project;
  }

  /**
   * @param {string} folder
   * @param {string} [cache]
   */
  constructor(folder, cache) {
    this.folder = folder;
    this.installed = join(folder, "node_modules/networkwebsockets");
    this.cache = cache ? ["--cache", cache] : [];
  }

  /** @param {Record<string, string | Buffer>} files */
  async write(files) {
    const entries = Object.entries(files);
    await Promise.all(entries.map(([name, content]) => writeFile(join(this.folder, name), content)));
  }

  /**
   * Runs npm. Returns what it writes.
   * @param {string[]} args
   */
  async npm(...args) {
    const { stdout } = await succeed("npm", [...args, ...QUIETLY, ...ALONE, ...this.cache], this.folder);
    return stdout.trim();
  }

  /**
   * Runs a tool of `tests/package` as `npx` would. Returns all that it says.
   * @param {string} name
   * @param {string[]} args
   */
  async tool(name, ...args) {
    const { stdout, stderr } = await succeed(tool(name), args, this.folder);
    return stdout + stderr;
  }

  /**
   * A file of the installed package.
   * @param {string} file
   */
  read(file) {
    return readFile(join(this.installed, file), "utf8");
  }

  async version() {
    return JSON.parse(await this.read("package.json")).version;
  }

  async remove() {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * The program of an installed tool.
 * @param {string} name
 */
export function tool(name) {
  return installed(`.bin/${name}`);
}

/**
 * Where something that `npm ci` installs lies.
 * @param {string} path
 */
export function installed(path) {
  return fileURLToPath(new URL(`node_modules/${path}`, import.meta.url));
}
