/** Machines of a local network, each with a proxy on the usual port and a Chromium whose localhost is its own. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { within } from "./deadline.mjs";
import { TARGET } from "./proxy.mjs";
import { launch } from "./world.mjs";

/**
 * @import { ChildProcessByStdio } from "node:child_process"
 * @import { Browser } from "playwright-core"
 * @import { Readable, Writable } from "node:stream"
 */

export class Lan {
  /** @type {ChildProcessByStdio<Writable, Readable, null> | null} */
  #lab = null;
  #folder = "";
  /** What the lab writes. @type {AsyncIterator<string> | null} */
  #lines = null;

  /**
   * @param {string[]} [flags] of each Chromium
   * @param {number} count
   */
  static async start(count, flags = []) {
    const lan = new Lan();
    try {
      await lan.#build(count, flags);
    } catch (failure) {
      await lan.stop();
      throw failure;
    }
    return lan;
  }

  /** @type {Browser[]} one of each machine */
  browsers = [];

  /** The words with which commands run on each machine. @type {string[][]} */
  entrances = [];

  /**
   * @param {number} count
   * @param {string[]} flags
   */
  async #build(count, flags) {
    const program = join(TARGET, "debug/examples/lan");
    if (!existsSync(program)) {
      throw new Error(`${program} is missing: run \`cargo xtask test\`, or \`cargo build -p nws-tests --example lan\``);
    }
    const lab = spawn(program, [String(count)], { stdio: ["pipe", "pipe", "inherit"] });
    this.#lab = lab;
    const lines = createInterface(lab.stdout)[Symbol.asyncIterator]();
    this.#lines = lines;
    this.#folder = await mkdtemp(join(tmpdir(), "nws-lan-"));
    for (let number = 0; number < count; number += 1) {
      const { value: entrance } = await within("a machine", lines.next());
      if (!entrance) throw new Error("the lab ended before it stood");
      this.entrances.push(entrance.split(" "));
      this.browsers.push(await launch(await this.#browser(number, entrance), flags));
    }
  }

  /**
   * A program that is Chromium on a machine.
   * @param {number} number
   * @param {string} entrance
   */
  async #browser(number, entrance) {
    const path = join(this.#folder, `chromium-${number}`);
    await writeFile(path, `#!/bin/sh\nexec ${entrance} '${process.env.CHROMIUM ?? "/usr/bin/chromium"}' "$@"\n`);
    await chmod(path, 0o755);
    return path;
  }

  /**
   * Takes the cable of a machine out of the network: all its packets are lost, and nobody is told.
   * @param {number} machine
   */
  unplug(machine) {
    return this.#order(`unplug ${machine}`);
  }

  /**
   * Undoes `unplug`.
   * @param {number} machine
   */
  plug(machine) {
    return this.#order(`plug ${machine}`);
  }

  /** @param {string} order */
  async #order(order) {
    if (!this.#lab || !this.#lines) throw new Error("the lab has not started");
    this.#lab.stdin.write(`${order}\n`);
    const { value } = await within(`an answer to ${order}`, this.#lines.next());
    if (value !== "done") throw new Error(`the lab could not ${order}`);
  }

  async stop() {
    await Promise.all(this.browsers.map((browser) => browser.close()));
    if (this.#folder) await rm(this.#folder, { recursive: true });
    if (!this.#lab || this.#lab.exitCode !== null) return;
    const end = once(this.#lab, "exit");
    this.#lab.stdin.end();
    await within("the end of the lab", end);
  }
}
