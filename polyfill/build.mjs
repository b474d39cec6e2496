/** Bundles dist/ from the sources and the core in the folder that is given: `node build.mjs <folder> [--source-maps]`. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";

import { build } from "esbuild";

import { report } from "./bench/size.mjs";
import { fill } from "./fill.mjs";
import { encode } from "./printable.mjs";

/** @import { BuildOptions } from "esbuild" */

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { "source-maps": { type: "boolean", default: false } },
});
const core = positionals[0] ?? "";
/** The core with streams. */
const withStreams = join(core, "streams");
const here = import.meta.dirname;
const dist = join(here, "dist");

/** Properties that only our own modules know, which have short names in the bundles. */
const INTERNAL = [
  ...["bufferedAmountOf", "carrier", "checkRoom", "connection", "keep", "onSent", "overhead", "retained", "transmit"],
];

/** @satisfies {BuildOptions} */
const shared = {
  absWorkingDir: here,
  banner: { js: "/*! networkwebsockets, MIT licence */" },
  bundle: true,
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  mangleProps: new RegExp(`^(${INTERNAL.join("|")})$`),
  minify: true,
  sourcemap: values["source-maps"] ? "linked" : false,
  target: "es2022",
  write: false,
};

/** @param {string} folder */
const alias = (folder) => ({ "nws-core": join(folder, "core.js"), "nws-core.txt": join(folder, "core.txt") });

/** @satisfies {BuildOptions[]} */
const bundles = [
  { entryPoints: ["src/global.ts"], outfile: "dist/networkwebsockets.js", format: "iife", alias: alias(core) },
  { entryPoints: ["src/inline.ts"], outfile: "dist/networkwebsockets.mjs", format: "esm", alias: alias(core) },
  { entryPoints: ["src/slim.ts"], outfile: "dist/slim.mjs", format: "esm", alias: alias(core) },
  {
    entryPoints: ["src/streams-global.ts"],
    outfile: "dist/networkwebsockets-streams.js",
    format: "iife",
    alias: alias(withStreams),
  },
  {
    entryPoints: ["src/streams.ts"],
    outfile: "dist/networkwebsockets-streams.mjs",
    format: "esm",
    alias: alias(withStreams),
  },
];

for (const folder of [core, withStreams]) {
  await writeFile(join(folder, "core.txt"), encode(await readFile(join(folder, "core.min.wasm"))));
}
const built = await Promise.all(bundles.map((bundle) => build({ ...shared, ...bundle })));
const types = join(here, "types");

/** @type {Map<string, Uint8Array>} */
const files = new Map([["networkwebsockets.wasm", await readFile(join(core, "core.min.wasm"))]]);
for (const name of await readdir(types)) files.set(name, await readFile(join(types, name)));
for (const { outputFiles } of built) {
  for (const { path, contents } of outputFiles) files.set(basename(path), contents);
}
// Packed from this folder afterwards.
await fill(dist, files, ["networkwebsockets.tgz"]);
const [{ metafile }] = built;
await writeFile(join(core, "parts.json"), JSON.stringify(metafile.outputs[bundles[0].outfile].inputs));
console.log(report(dist));
