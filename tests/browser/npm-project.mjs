/** A project in a throw-away folder into which npm installs, from loopback alone. */

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { DEADLINE_MS } from './deadline.mjs';

/** Nothing listens there: what is not at the URL to install comes from nowhere. */
const NO_REGISTRY = 'http://127.0.0.1:1';

/** An empty folder, gone after the test. */
export async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), 'networkwebsockets-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Runs npm and returns what it wrote. */
export async function npm(cwd, ...args) {
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-update-notifier', '--registry', NO_REGISTRY];
  const { stdout } = await promisify(execFile)('npm', [...args, ...quiet], { cwd, timeout: DEADLINE_MS });
  return stdout.trim();
}

export class NpmProject {
  /** `cache` is the folder of npm's cache, which projects share. */
  static async make(t, cache) {
    const project = new NpmProject(await folder(t), cache);
    await writeFile(join(project.path, 'package.json'), '{ "private": true }');
    return project;
  }

  constructor(path, cache) {
    this.path = path;
    this.installed = join(path, 'node_modules/networkwebsockets');
    this.cache = cache;
  }

  install(...args) {
    return npm(this.path, 'install', ...args, '--cache', this.cache);
  }

  async version() {
    return JSON.parse(await this.read('package.json')).version;
  }

  /** A file of the installed package. */
  read(file) {
    return readFile(join(this.installed, file), 'utf8');
  }
}
