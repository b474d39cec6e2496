/** Programs that tests need. */

import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The packages of Debian that have the programs. `cargo xtask test dist` installs them. */
const PACKAGES = new Map(Object.entries(JSON.parse(readFileSync(new URL("tools.json", import.meta.url), "utf8"))));

/**
 * The path of a program. If it is missing, the test fails and says how to get it.
 * @param {string} name
 */
export function need(name) {
  const found = find(name);
  if (found) return found;
  const debian = PACKAGES.get(name) ?? name;
  throw new Error(`${name} is missing: on Debian, install it with \`apt-get install ${debian}\``);
}

/** @param {string} name */
export function find(name) {
  const places = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name));
  return places.find(isProgram);
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
