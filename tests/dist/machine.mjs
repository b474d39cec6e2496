/** A machine that is gone after the test: systemd on a copy of this system (`machine.sh`). */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmdirSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { within } from "../browser/deadline.mjs";
import { run, succeed } from "../package/program.mjs";
import { need } from "./tool.mjs";

/** @import { TestContext } from "node:test" */

const SCRIPT = fileURLToPath(new URL("machine.sh", import.meta.url));

/** Ends when systemd has started all that it starts. Until then it may not even answer. */
const READY = "until systemctl is-system-running --wait 2>&1 | grep -qE '^(running|degraded)$'; do :; done";

export class Machine {
  #process;

  /** @param {TestContext} t */
  static async start(t) {
    if (process.getuid?.() !== 0) throw new Error("this test needs root: run it by sudo");
    need("systemctl");
    const folder = await mkdtemp(join(tmpdir(), "nws-machine-"));
    const group = folder.slice(tmpdir().length + 1);
    const args = ["--mount", "--propagation", "private", "sh", SCRIPT, folder, group];
    const outside = spawn(need("unshare"), args, { stdio: ["ignore", "pipe", "inherit"] });
    const end = once(outside, "close");
    t.after(async () => {
      outside.kill("SIGKILL");
      await within("the end of the machine", end);
      rmdirSync(folder);
      await removeGroup(group);
    });
    await within("a machine", once(outside.stdout, "data"));
    const machine = new Machine(firstProcess(outside.pid ?? 0));
    await machine.succeed(READY);
    return machine;
  }

  /** @param {number} process the first one there */
  constructor(process) {
    this.#process = process;
  }

  /**
   * The path of a file of it.
   * @param {string} path
   */
  path(path) {
    return join(`/proc/${this.#process}/root`, path);
  }

  /**
   * Runs a command there, by a shell.
   * @param {string} script
   * @param {string[]} args
   */
  run(script, ...args) {
    return run("nsenter", inside(this.#process, script, ...args), "/");
  }

  /**
   * Like `run`, for what must succeed: returns standard output.
   * @param {string} script
   * @param {string[]} args
   */
  async succeed(script, ...args) {
    return (await succeed("nsenter", inside(this.#process, script, ...args), "/")).stdout;
  }
}

/**
 * @param {number} process
 * @param {string} script
 * @param {string[]} args
 */
const inside = (process, script, ...args) => ["--all", "--target", `${process}`, "sh", "-c", script, "sh", ...args];

/**
 * The first process in the machine: the only child of the one that has made its namespaces.
 * @param {number} outside
 */
function firstProcess(outside) {
  return Number(readFileSync(`/proc/${outside}/task/${outside}/children`, "utf8"));
}

/** Ends what is left of a group of processes, waits for that, and removes the group. */
const END = `set -e
mount -t cgroup2 none /mnt
echo 1 > "/mnt/$1/cgroup.kill"
while grep -q 'populated 1' "/mnt/$1/cgroup.events"; do :; done
find "/mnt/$1" -depth -type d -exec rmdir {} +`;

/** @param {string} group */
async function removeGroup(group) {
  await succeed("unshare", ["--mount", "--propagation", "private", "sh", "-c", END, "sh", group], "/");
}
