/** Another program, run to its end. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

import { within } from "../browser/deadline.mjs";

/** Without colours, and without what this process was told about its own tests. */
const { FORCE_COLOR: _, NODE_OPTIONS: __, NODE_TEST_CONTEXT: ___, ...inherited } = process.env;
const ENVIRONMENT = { ...inherited, NO_COLOR: "1", CI: "1" };

/**
 * @param {string} program
 * @param {string[]} args
 * @param {string} cwd
 */
export function start(program, args, cwd) {
  return spawn(program, args, { cwd, env: ENVIRONMENT, stdio: ["ignore", "pipe", "pipe"] });
}

/**
 * Waits until it has ended by itself.
 * @param {string} program
 * @param {string[]} args
 * @param {string} cwd
 */
export async function run(program, args, cwd) {
  const child = start(program, args, cwd);
  try {
    const end = Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]);
    const [[status], stdout, stderr] = await within(`the end of ${[program, ...args].join(" ")}`, end);
    return { status, stdout, stderr };
  } finally {
    child.kill("SIGKILL");
  }
}

/**
 * Like `run`, for what must succeed: returns all that it wrote.
 * @param {string} program
 * @param {string[]} args
 * @param {string} cwd
 */
export async function succeed(program, args, cwd) {
  const { status, stdout, stderr } = await run(program, args, cwd);
  if (status !== 0) throw new Error(`${[program, ...args].join(" ")} ended with ${status}:\n${brief(stdout + stderr)}`);
  return { stdout, stderr };
}

/**
 * A runtime that fails shows the line where it did, which is a whole minified script.
 * @param {string} output
 */
function brief(output) {
  return output.replace(/^.{500,}$/gm, (line) => `${line.slice(0, 80)}…`);
}
