/**
 * The desk of somebody who has neither Rust nor the project: a home of its own, with spaces and
 * letters of several alphabets in its path, and no programs but those that a test puts there.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { within } from "../browser/deadline.mjs";
import { need } from "./tool.mjs";

/** @typedef {{after: (done: () => unknown) => void}} Until a test, or a file of tests: when it is over */

export class Desk {
  /** @type {Record<string, string>} */
  env = {};

  /**
   * One that is cleared after a test.
   * @param {Until} t
   */
  static async during(t) {
    const outer = await realpath(await mkdtemp(join(tmpdir(), "nws-desk-")));
    t.after(() => rm(outer, { recursive: true, force: true }));
    const desk = new Desk(join(outer, "Zoë's дом ネット"));
    await mkdir(desk.programs, { recursive: true });
    await desk.add("sh");
    return desk;
  }

  /** @param {string} home */
  constructor(home) {
    this.home = home;
    this.programs = join(home, "programs");
    this.env = { HOME: home, PATH: this.programs, LANG: "C.UTF-8", NO_COLOR: "1" };
  }

  /**
   * Puts programs there, each by its name or its path.
   * @param {string[]} programs
   */
  async add(...programs) {
    for (const program of programs) {
      const path = program.includes("/") ? program : need(program);
      await symlink(path, join(this.programs, path.slice(path.lastIndexOf("/") + 1)));
    }
  }

  /**
   * Starts a program in a process group of its own, as a terminal does.
   * @param {string} program by its path, or by its name on this desk
   * @param {string[]} args
   */
  start(program, ...args) {
    const path = program.includes("/") ? program : join(this.programs, program);
    return spawn(path, args, { cwd: this.home, env: this.env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  }

  /**
   * Runs a program until it has ended by itself.
   * @param {string} program
   * @param {string[]} args
   */
  async run(program, ...args) {
    const child = this.start(program, ...args);
    try {
      const end = Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]);
      const [[status], stdout, stderr] = await within(`the end of ${[program, ...args].join(" ")}`, end);
      return { status, stdout, stderr };
    } finally {
      child.kill("SIGKILL");
    }
  }

  /**
   * Like `run`, for what must succeed. Returns what it wrote to its standard output.
   * @param {string} program
   * @param {string[]} args
   */
  async succeed(program, ...args) {
    const { status, stdout, stderr } = await this.run(program, ...args);
    if (status !== 0) throw new Error(`${[program, ...args].join(" ")} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  }
}
