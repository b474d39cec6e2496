/** The packed npm package: what `npm install` would get. */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export function tarball() {
  const file = fileURLToPath(new URL("../../polyfill/dist/networkwebsockets.tgz", import.meta.url));
  if (!existsSync(file)) throw new Error(`${file} is missing: run \`cargo xtask build --package\``);
  return file;
}
