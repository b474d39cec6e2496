/** Where `cargo xtask dist` has left what it made. */

import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

import { TARGET } from "../browser/proxy.mjs";

const DIST = resolve(process.env.NWS_DIST ?? join(TARGET, "dist"));

/**
 * A folder of it.
 * @param {string} name
 */
export function folder(name) {
  const path = join(DIST, name);
  if (!existsSync(path))
    throw new Error(`${path} is missing: run \`cargo xtask dist\`, or name its folder in NWS_DIST`);
  return path;
}

/**
 * The files of a folder that have one of these endings.
 * @param {string} name
 * @param {string[]} endings
 */
export function files(name, ...endings) {
  const path = folder(name);
  const names = readdirSync(path).filter((file) => endings.some((ending) => file.endsWith(ending)));
  if (names.length === 0) throw new Error(`${path} has no file *${endings}: run \`cargo xtask dist\``);
  return names.sort().map((file) => join(path, file));
}

/**
 * A program among the tools with which it was made.
 * @param {string} name
 */
export function tool(name) {
  const path = join(process.env.NWS_DIST_TOOLS ?? join(TARGET, "dist-work/tools"), "python/bin", name);
  if (!existsSync(path)) throw new Error(`${path} is missing: \`cargo xtask dist\` installs it`);
  return path;
}
