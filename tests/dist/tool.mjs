/** Programs that tests need. */

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The packages of Debian that have the programs, where their names differ. */
const PACKAGES = {
  script: "bsdutils",
  bsdtar: "libarchive-tools",
  "nix-instantiate": "nix-bin",
  setpriv: "util-linux",
  setsid: "util-linux",
  unshare: "util-linux",
};

/**
 * The path of a program. If it is missing, the test fails and says how to get it.
 * @param {string} name
 */
export function need(name) {
  const found = find(name);
  if (found) return found;
  const debian = Object.entries(PACKAGES).find(([program]) => program === name)?.[1] ?? name;
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
