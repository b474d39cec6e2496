/**
 * Bundles the console and its libraries into dist, whose compressed files the proxy carries: `node build.mjs`. Fails
 * where that is more than a page should weigh.
 */
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

import { fill } from "../../polyfill/fill.mjs";

const here = import.meta.dirname;
const modules = join(here, "node_modules");

/** All that a browser fetches for the console, by gzip. The client is not part of it: only one view loads that. */
const BYTES_AT_MOST = 60_000;
const LICENCES = "licences.txt";
/** Files that are served as they are. */
const PLAIN = ["index.html", "icon.svg"];

const { metafile, outputFiles } = await build({
  absWorkingDir: here,
  banner: Object.fromEntries(["js", "css"].map((kind) => [kind, `/*! Licences of libraries: ${LICENCES} */`])),
  bundle: true,
  charset: "utf8",
  entryPoints: ["src/console.js", "src/console.css"],
  external: ["/networkwebsockets.mjs"],
  format: "esm",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  minify: true,
  outdir: "dist",
  target: ["es2022", "chrome123", "firefox120", "safari17.5"],
  // The paths there are those of declarations.
  tsconfigRaw: "{}",
  write: false,
});

/** @type {[name: string, bytes: Uint8Array][]} */
const pages = outputFiles.map(({ path, contents }) => [basename(path), contents]);
for (const name of PLAIN) pages.push([name, await readFile(join(here, name))]);
const files = new Map(pages.map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes, { level: 9 })]));
const weight = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
files.set(`${LICENCES}.gz`, gzipSync(await licences(), { level: 9 }));
await fill(join(here, "dist"), files);
console.log(`proxy/console/dist: ${weight} bytes by gzip, of ${BYTES_AT_MOST}`);
if (weight > BYTES_AT_MOST) throw new Error(`the console is too large by ${weight - BYTES_AT_MOST} bytes`);

/** The licences of the libraries that are in the bundle have to be shipped with it. */
async function licences() {
  const inputs = Object.keys(metafile.inputs).flatMap((path) => /^node_modules\/([^/]+)\//.exec(path)?.[1] ?? []);
  const texts = [...new Set(inputs)].sort().map(async (name) => {
    const file = (await readdir(join(modules, name))).find((file) => file.startsWith("LICENSE"));
    if (!file) throw new Error(`${name} comes without a licence`);
    return `${name}\n\n${await readFile(join(modules, name, file), "utf8")}`;
  });
  return (await Promise.all(texts)).join("\n");
}
