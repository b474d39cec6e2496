/** A throw-away project beside no other, with the package installed from its tarball. */

import { cp, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { succeed } from './program.mjs';
import { tarball } from './tarball.mjs';

const PLACES = fileURLToPath(new URL('places', import.meta.url));
const QUIETLY = ['--offline', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];

export class Project {
  /** @param {Record<string, string>} files their texts by name; those of `places` are there in any case */
  static async make(files = {}) {
    // Outside the checkout, so that nothing is found there but what was installed.
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'nws-project-')));
    const project = new Project(folder);
    await cp(PLACES, folder, { recursive: true });
    await project.write({ 'package.json': '{ "private": true, "type": "module" }', ...files });
    await succeed('npm', ['install', ...QUIETLY, tarball()], folder);
    return project;
  }

  constructor(folder) {
    this.folder = folder;
  }

  async write(files) {
    const entries = Object.entries(files);
    await Promise.all(entries.map(([name, content]) => writeFile(join(this.folder, name), content)));
  }

  /** Runs a tool of `tests/package` as `npx` would. Returns all that it says. */
  async tool(name, ...args) {
    const { stdout, stderr } = await succeed(tool(name), args, this.folder);
    return stdout + stderr;
  }

  async remove() {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The program of an installed tool. */
export function tool(name) {
  return installed(`.bin/${name}`);
}

/** Where something that `npm ci` installs lies. */
export function installed(path) {
  return fileURLToPath(new URL(`node_modules/${path}`, import.meta.url));
}
