/** Somebody with a home folder of their own, who runs the install script. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, readdirSync, readlinkSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { within } from "../browser/deadline.mjs";
import { Mirror } from "./mirror.mjs";
import { VERSION, emptyFolder, files, read, sha256 } from "./release.mjs";
import { need } from "./tool.mjs";

/** @import { TestContext } from "node:test" */
/** @import { Files, OtherRelease } from "./release.mjs" */

/** The shells for which the script is written. */
export const SHELLS = [["dash"], ["bash"], ["busybox", "sh"]];

/** What the script runs, besides `minisign`. */
const TOOLS =
  "awk cat chmod cp curl cut dirname find grep gzip head id mkdir mktemp mv rm rmdir sed sha256sum tar uname".split(
    " ",
  );

export class Person {
  /** @param {TestContext} t */
  static async make(t) {
    return new Person(await emptyFolder(t));
  }

  /** @type {Record<string, string | undefined>} */
  environment = {};
  /** What runs the shell. @type {string[]} */
  before = [];
  script = read("install.sh").toString();
  shell = SHELLS[0];

  /** @param {string} folder */
  constructor(folder) {
    this.home = join(folder, "home of Ämilie");
    this.tools = join(folder, "tools");
    mkdirSync(this.home);
    mkdirSync(this.tools);
    for (const tool of TOOLS) this.give(tool);
  }

  /**
   * Gives this person a program: that of this machine, or another one.
   * @param {string} name
   * @param {string} program
   */
  give(name, program = need(name)) {
    symlinkSync(program, join(this.tools, name));
  }

  /**
   * Somebody for whom releases are at hand: this one, or those that are given.
   * @param {TestContext} t
   * @param {Record<string, Files>} [releases]
   */
  static async with(t, releases = { [VERSION]: files() }) {
    const [person, mirror] = [await Person.make(t), await Mirror.start(t, releases)];
    person.uses(mirror);
    return { person, mirror };
  }

  /**
   * Somebody for whom this release and another one are at hand, with the script of the other one.
   * @param {TestContext} t
   * @param {OtherRelease} other
   */
  static async withOther(t, other) {
    const { person } = await Person.with(t, { [VERSION]: files(), [other.version]: await other.files() });
    person.script = other.script();
    return person;
  }

  /** @param {Mirror} mirror */
  uses(mirror) {
    this.environment.NWS_RELEASES = mirror.url;
  }

  /** The variables of what this person starts. */
  get variables() {
    return { HOME: this.home, PATH: this.tools, LC_ALL: "C.UTF-8", ...this.environment };
  }

  /** Starts the script as `curl … | sh -s -- ARGS` does. @param {string[]} args */
  start(...args) {
    const [program, ...words] = [...this.before, ...this.shell.with(0, need(this.shell[0])), "-s", "--", ...args];
    const child = spawn(program, words, { env: this.variables, cwd: "/", stdio: ["pipe", "pipe", "pipe"] });
    // A shell that ends early reads no more.
    child.stdin.on("error", () => {});
    child.stdin.end(this.script);
    return child;
  }

  /** Runs the script to its end. @param {string[]} args */
  run(...args) {
    return end(this.start(...args));
  }

  /** All that is in the home folder, with the hashes of the files. */
  has() {
    const names = readdirSync(this.home, { recursive: true, encoding: "utf8" });
    return Object.fromEntries(names.toSorted().map((name) => [name, nature(join(this.home, name))]));
  }

  /** The names of all files. */
  files() {
    return Object.entries(this.has()).flatMap(([name, nature]) => (nature === "folder" ? [] : [name]));
  }
}

/** @param {ReturnType<Person["start"]>} child */
export async function end(child) {
  try {
    const all = Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]);
    const [[status, signal], stdout, stderr] = await within("the end of the install script", all);
    return { status: status ?? signal, stdout, stderr };
  } finally {
    child.kill("SIGKILL");
  }
}

/**
 * Holds that the script did what it was asked for. Returns what it said.
 * @param {{ status: unknown, stdout: string, stderr: string }} outcome
 */
export function succeeded({ status, stdout, stderr }) {
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" }, stdout);
  return stdout;
}

/** @param {string} path */
function nature(path) {
  const { mode } = statSync(path, { throwIfNoEntry: false }) ?? { mode: 0 };
  if (mode === 0) return `link to ${readlinkSync(path)}`;
  return (mode & 0o170000) === 0o040000 ? "folder" : `${(mode & 0o777).toString(8)} ${sha256(readFileSync(path))}`;
}
