#!/usr/bin/env node
/** Starts the program `nws`, which lies in the package of this platform. */

const { spawn } = require("node:child_process");
const { accessSync, constants } = require("node:fs");
const os = require("node:os");

const { optionalDependencies, homepage } = require("./package.json");

const PREFIX = "@networkwebsockets/proxy-";
const PLATFORM = `${process.platform}-${process.arch}`;
/** The processor; "" where Node.js does not tell it, before 18.9. */
const MACHINE = os.machine?.() ?? "";
/** The program for ARM of 32 bits needs ARMv7. */
const OLD_ARM = process.arch === "arm" && /^armv[3-6]/.test(MACHINE);
const WINDOWS = process.platform === "win32";
const UNDER_NPX = process.env.npm_lifecycle_event === "npx";
const ARGS = process.argv.slice(2);
/** Those that end the program. The last one is of Windows. */
const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"]);
/** How soon, in milliseconds, the end of npx is noticed. */
const LOOK_EVERY = 250;

try {
  const program = find();
  needExecutable(program);
  if (!become(program)) run(program);
} catch (error) {
  fail(error);
}

function find() {
  const name = PREFIX + PLATFORM;
  if (!(name in optionalDependencies) || OLD_ARM) throw new Error(unsupported());
  try {
    return require.resolve(`${name}/bin/${WINDOWS ? "nws.exe" : "nws"}`);
  } catch {
    throw new Error(missing(name));
  }
}

/**
 * Fails if the program may not be executed. To replace a process by such a program makes Node.js
 * show a stack of native code.
 * @param {string} program
 */
function needExecutable(program) {
  try {
    accessSync(program, constants.X_OK);
  } catch {
    throw new Error(`${program} may not be executed.
Install it again. If its folder is on a file system without programs (noexec), install it elsewhere.
npx installs into the folder of npm_config_cache.`);
  }
}

/**
 * Replaces this process by the program, so that nothing stands between it and its signals. Gives
 * false where Node.js cannot do that, before 22.15 and on Windows, and where npx has to be watched.
 * @param {string} program
 */
function become(program) {
  if (WINDOWS || UNDER_NPX || typeof process.execve !== "function") return false;
  process.execve(program, ["nws", ...ARGS], process.env);
  return true;
}

/**
 * Runs the program, and ends as it ends. On Windows the console tells both processes of its events,
 * and this one only has to outlive them; when this one is killed, the system ends the program too.
 * @param {string} program
 */
function run(program) {
  // A signal that comes while the program is started waits for it.
  for (const signal of SIGNALS) process.on(signal, () => WINDOWS || child.kill(signal));
  const child = spawn(program, ARGS, { stdio: "inherit" });
  if (UNDER_NPX && !WINDOWS) endWithParent(child);
  child.on("error", fail);
  child.on("exit", (status, signal) => {
    if (signal !== null) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
    // Node.js outlives some signals.
    process.exit(status ?? 1);
  });
}

/**
 * Ends the program when the parent of this process has ended. That is a shell of npx. A signal to
 * npx alone goes to the shell, and some shells end without passing it on.
 * @param {import("node:child_process").ChildProcess} child
 */
function endWithParent(child) {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || child.kill(), LOOK_EVERY);
}

/** @param {unknown} error */
function fail(error) {
  console.error(`nws: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

function unsupported() {
  return `this platform, ${OLD_ARM ? MACHINE : PLATFORM}, has no package with the program.
${supported()}
Either compile it with Rust, or run it on another machine: ${homepage}`;
}

/** @param {string} name */
function missing(name) {
  return `the package ${name}, with the program for this platform, is missing.
${supported()}
Either install again with optional packages. If a lock file or node_modules came from another platform,
remove them before.
    npm install --include=optional @networkwebsockets/proxy
    npx --include=optional @networkwebsockets/proxy
Or get the program without npm: ${homepage}`;
}

function supported() {
  const platforms = Object.keys(optionalDependencies).map((name) => name.slice(PREFIX.length));
  return `Packages exist for ${platforms.join(", ")}.`;
}
