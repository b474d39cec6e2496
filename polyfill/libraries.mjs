/** Bundles the libraries that the demos use into demo/dist, where the proxy and any other server find them: `node libraries.mjs`. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { build } from "esbuild";

const here = import.meta.dirname;
const dist = join(here, "../demo/dist");

/** An entry point of each package, and the file that it becomes. */
const LIBRARIES = [
  { name: "uplot", entry: "uplot", file: "uplot.mjs" },
  { name: "uplot", entry: "uplot/dist/uPlot.min.css", file: "uplot.css" },
  { name: "lean-qr", entry: "lean-qr", file: "lean-qr.mjs" },
];

await mkdir(dist, { recursive: true });
await Promise.all(LIBRARIES.map(bundle));
await writeFile(join(dist, "licences.txt"), await licences());

async function bundle({ name, entry, file }) {
  const { version, license } = JSON.parse(await readFile(join(here, "node_modules", name, "package.json")));
  const notice = `/*! ${name} ${version}, ${license} licence */`;
  await build({
    absWorkingDir: here,
    banner: { js: notice, css: notice },
    bundle: true,
    charset: "utf8",
    entryPoints: [entry],
    format: "esm",
    legalComments: "none",
    logLevel: "warning",
    minify: true,
    outfile: join(dist, file),
    target: "es2022",
  });
}

/** Who ships the libraries has to ship these too. */
async function licences() {
  const names = [...new Set(LIBRARIES.map(({ name }) => name))];
  const texts = names.map(async (name) => `${name}\n\n${await readFile(join(here, "node_modules", name, "LICENSE"), "utf8")}`);
  return (await Promise.all(texts)).join("\n");
}
