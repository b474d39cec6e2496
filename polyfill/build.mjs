/** Bundles dist/ from the sources and the core in the folder that is given: `node build.mjs <folder> [--source-maps]`. */
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { build } from "esbuild";

import { report } from "./bench/size.mjs";
import { encode } from "./printable.mjs";

/** @import { BuildOptions } from "esbuild" */

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { "source-maps": { type: "boolean", default: false } },
});
const core = positionals[0] ?? "";
const here = import.meta.dirname;
const dist = join(here, "dist");

/** @satisfies {BuildOptions} */
const shared = {
  absWorkingDir: here,
  alias: { "nws-core": join(core, "core.js"), "nws-core.txt": join(core, "core.txt") },
  banner: { js: "/*! networkwebsockets, MIT licence */" },
  bundle: true,
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  minify: true,
  sourcemap: values["source-maps"] ? "linked" : false,
  target: "es2022",
};

/** @satisfies {BuildOptions[]} */
const bundles = [
  { entryPoints: ["src/global.ts"], outfile: "dist/networkwebsockets.js", format: "iife" },
  { entryPoints: ["src/inline.ts"], outfile: "dist/networkwebsockets.mjs", format: "esm" },
  { entryPoints: ["src/slim.ts"], outfile: "dist/slim.mjs", format: "esm" },
];

await writeFile(join(core, "core.txt"), encode(await readFile(join(core, "core.min.wasm"))));
await mkdir(dist, { recursive: true });
// What ships has none, and those of an earlier build would be packed with it.
await Promise.all(bundles.map(({ outfile }) => rm(join(here, `${outfile}.map`), { force: true })));
const [[{ metafile }]] = await Promise.all([
  Promise.all(bundles.map((bundle) => build({ ...shared, ...bundle }))),
  cp(join(core, "core.min.wasm"), join(dist, "networkwebsockets.wasm")),
  cp(join(here, "types"), dist, { recursive: true }),
]);
await writeFile(join(core, "parts.json"), JSON.stringify(metafile.outputs[bundles[0].outfile].inputs));
console.log(report(dist));
