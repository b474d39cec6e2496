/** A proxy of its own for a test file: the built `nws` on a free port. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { within } from "./deadline.mjs";

/**
 * @import { ChildProcessByStdio } from "node:child_process"
 * @import { TestContext } from "node:test"
 * @import { Readable } from "node:stream"
 */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Cargo's target folder. */
export const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target");

/** The built `nws`. */
export const PROGRAM = process.env.NWS_BIN ?? join(TARGET, "debug/nws");

export class NwsProxy {
  /** @type {ChildProcessByStdio<null, Readable, null> | null} */
  #child = null;
  #flags;
  #program;
  port = 0;

  /** @param {string[]} flags */
  static start(...flags) {
    return NwsProxy.of(PROGRAM, ...flags);
  }

  /**
   * Another build.
   * @param {string} program
   * @param {string[]} flags
   */
  static async of(program, ...flags) {
    if (!existsSync(program)) {
      throw new Error(`${program} is missing: run \`cargo xtask test\`, or \`cargo build -p nws-proxy\``);
    }
    const proxy = new NwsProxy(flags, program);
    await proxy.#run(0);
    return proxy;
  }

  /**
   * One with flags of its own for one test, which stops after it.
   * @param {TestContext} t
   * @param {string[]} flags
   */
  static async during(t, ...flags) {
    const proxy = await NwsProxy.start(...flags);
    t.after(() => proxy.stop());
    return proxy;
  }

  /**
   * @param {string[]} flags
   * @param {string} program
   */
  constructor(flags, program) {
    this.#flags = flags;
    this.#program = program;
  }

  /** @param {number} port */
  async #run(port) {
    const args = ["run", "--no-discovery", "--port", String(port), ...this.#flags];
    // What a proxy of this user remembers is nothing for tests: in a file there is no folder.
    const env = { ...process.env, XDG_STATE_HOME: process.execPath };
    const child = spawn(this.#program, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    const said = once(createInterface(child.stdout), "line");
    const [line] = await within("the line that tells the port", said).catch(async (failure) => {
      await this.kill();
      throw failure;
    });
    this.port = Number(/^listening on http:\/\/localhost:(\d+)\/$/.exec(line)?.[1]);
  }

  get http() {
    return `http://localhost:${this.port}`;
  }

  get ws() {
    return `ws://localhost:${this.port}`;
  }

  /** Ends it, and waits until it has said goodbye. */
  stop() {
    return this.#end("SIGTERM");
  }

  /** Ends it without a word. */
  kill() {
    return this.#end("SIGKILL");
  }

  /**
   * After its end: starts it on the same port, or another program in its place.
   * @param {string} [program]
   */
  again(program = this.#program) {
    this.#program = program;
    return this.#run(this.port);
  }

  /** As if the machine slept, but for the browser. */
  freeze() {
    this.#child?.kill("SIGSTOP");
  }

  thaw() {
    this.#child?.kill("SIGCONT");
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill(signal);
    await within("the end of the proxy", exit);
  }
}
