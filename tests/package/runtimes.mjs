/** Where JavaScript runs without a page, and how to start it there. */

import { existsSync } from "node:fs";

import { installed } from "./project.mjs";
import { run, succeed } from "./program.mjs";

/** @import { Project } from "./project.mjs" */

class Runtime {
  /**
   * @param {string} name
   * @param {string} variable of the environment, which may name another program
   * @param {string} packaged where `npm ci` puts its program
   * @param {string[]} [flags]
   */
  constructor(name, variable, packaged, flags = []) {
    this.name = name;
    this.variable = variable;
    this.packaged = packaged;
    this.flags = flags;
  }

  /** What its variable names, else what `npm ci` brought. */
  get program() {
    const program = process.env[this.variable] ?? installed(this.packaged);
    if (!existsSync(program)) {
      throw new Error(
        `${this.name} is missing: \`npm ci\` in tests/package brings it on Linux with glibc; elsewhere name its program in ${this.variable}`,
      );
    }
    return program;
  }

  /**
   * What a script of a project prints, as JSON; it has to end by itself.
   * @param {Project} project
   * @param {string} script
   * @param {string[]} args
   */
  async says(project, script, ...args) {
    const { stdout } = await succeed(this.program, [...this.flags, script, ...args], project.folder);
    return JSON.parse(stdout);
  }

  /**
   * How a script of a project ends.
   * @param {Project} project
   * @param {string} script
   * @param {string[]} args
   */
  run(project, script, ...args) {
    return run(this.program, [...this.flags, script, ...args], project.folder);
  }
}

const PLATFORM = `${process.platform}-${process.arch}`;

/** @param {number} major */
function node(major) {
  return new Runtime(`Node ${major}`, `NODE_${major}`, `node-${major}-${PLATFORM}/bin/node`);
}

/** It has no WebSocket. */
export const NODE_20 = node(20);

export const NODE_24 = node(24);

/** Every version of Node.js on which the proxy's package has to start the proxy. */
export const NODES = [node(18), NODE_20, node(22), NODE_24];

export const RUNTIMES = [
  node(22),
  NODE_24,
  new Runtime("Deno", "DENO", `@deno/${PLATFORM}-glibc/deno`, [
    "run",
    "--no-remote",
    "--allow-net=localhost",
    "--allow-read=.",
  ]),
  new Runtime("Bun", "BUN", `@oven/bun-${PLATFORM.replace("arm64", "aarch64")}/bin/bun`),
];
