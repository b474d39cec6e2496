/** A proxy of its own for a test file: the built `nws` on a free port. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { within } from "./deadline.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Cargo's target folder. */
export const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target");

/** The built `nws`. */
export const PROGRAM = process.env.NWS_BIN ?? join(TARGET, "debug/nws");

export class NwsProxy {
  #child;
  #flags;

  static async start(...flags) {
    if (!existsSync(PROGRAM)) {
      throw new Error(`${PROGRAM} is missing: run \`cargo xtask test\`, or \`cargo build -p nws-proxy\``);
    }
    const proxy = new NwsProxy(flags);
    await proxy.#run(0);
    return proxy;
  }

  /** One with flags of its own for one test, which stops after it. */
  static async during(t, ...flags) {
    const proxy = await NwsProxy.start(...flags);
    t.after(() => proxy.stop());
    return proxy;
  }

  constructor(flags) {
    this.#flags = flags;
  }

  async #run(port) {
    const args = ["run", "--no-discovery", "--port", port, ...this.#flags];
    this.#child = spawn(PROGRAM, args, { stdio: ["ignore", "pipe", "inherit"] });
    const said = once(createInterface(this.#child.stdout), "line");
    const [line] = await within("the line that tells the port", said).catch(async (failure) => {
      await this.kill();
      throw failure;
    });
    this.port = Number(/^listening on http:\/\/localhost:(\d+)\/$/.exec(line)[1]);
    this.http = `http://localhost:${this.port}`;
    this.ws = `ws://localhost:${this.port}`;
  }

  /** Ends it, and waits until it has said goodbye. */
  stop() {
    return this.#end("SIGTERM");
  }

  /** Ends it without a word. */
  kill() {
    return this.#end("SIGKILL");
  }

  /** After its end: starts it on the same port. */
  again() {
    return this.#run(this.port);
  }

  /** As if the machine slept, but for the browser. */
  freeze() {
    this.#child.kill("SIGSTOP");
  }

  thaw() {
    this.#child.kill("SIGCONT");
  }

  async #end(signal) {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill(signal);
    await within("the end of the proxy", exit);
  }
}
