/** A proxy of its own for a test file: the built `nws` on a free port. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { within } from './deadline.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Cargo's target folder. */
export const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target');

/** The built `nws`. */
export const PROGRAM = process.env.NWS_BIN ?? join(TARGET, 'debug/nws');

export class Proxy {
  #child;

  static async start(...flags) {
    if (!existsSync(PROGRAM)) {
      throw new Error(`${PROGRAM} is missing: run \`cargo xtask test\`, or \`cargo build -p nws-proxy\``);
    }
    const child = spawn(PROGRAM, ['run', '--no-discovery', '--port', '0', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await within('the line that tells the port', once(createInterface(child.stdout), 'line'));
    return new Proxy(child, Number(/^listening on http:\/\/localhost:(\d+)\/$/.exec(line)[1]));
  }

  constructor(child, port) {
    this.#child = child;
    this.http = `http://localhost:${port}`;
    this.ws = `ws://localhost:${port}`;
  }

  async stop() {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGTERM');
    await within('the end of the proxy', once(this.#child, 'exit'));
  }
}
