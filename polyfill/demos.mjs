/**
 * Bundles the demos, and the libraries that they use, into demo/dist, where the proxy and any other server find them:
 * `node demos.mjs`. What a demo is made of goes there too, as one text to be read. Beside each file lies the same by gzip,
 * which is what the proxy carries.
 */
import { readdir, readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

import { fill } from "./fill.mjs";

/** @import { BuildOptions, OutputFile } from "esbuild" */

const here = import.meta.dirname;
const demo = join(here, "../demo");
const dist = join(demo, "dist");

/** Where each demo begins, and what runs beside its page. @type {Record<string, string[]>} */
const DEMOS = {
  index: ["index.js", "index.css"],
  chat: ["chat/chat.js", "chat/chat.css"],
  game: ["game/game.js", "game/game.css"],
  pubsub: ["pubsub/pubsub.js", "pubsub/pubsub.css"],
  webrtc: ["webrtc/conference.js", "webrtc/conference.css"],
  pulse: ["game/pulse.js"],
};

/** What to read of each demo, from the page on; and of what they share. */
const SOURCES = {
  chat: ["chat"],
  game: ["game"],
  pubsub: ["pubsub"],
  webrtc: ["webrtc"],
  shared: ["shared", "shared/transfer"],
};

/**
 * An entry point of a package, and the file that it becomes.
 * @typedef {{name: string, entry: string, file: string}} Library
 */

/** Pages load these when they need them. @type {Library[]} */
const LIBRARIES = [
  { name: "uplot", entry: "uplot", file: "uplot.mjs" },
  { name: "uplot", entry: "uplot/dist/uPlot.min.css", file: "uplot.css" },
  { name: "lean-qr", entry: "lean-qr", file: "lean-qr.mjs" },
];

const KINDS = [".html", ".js", ".css"];

/** @type {BuildOptions} */
const shared = {
  bundle: true,
  charset: "utf8",
  format: "esm",
  legalComments: "none",
  logLevel: "warning",
  minify: true,
  target: "es2022",
  write: false,
};

/** @type {Map<string, Uint8Array>} */
const files = new Map();
await Promise.all([...Object.entries(DEMOS).map(bundleDemo), ...LIBRARIES.map(bundleLibrary)]);
await Promise.all(Object.entries(SOURCES).map(gatherSource));
files.set("licences.txt", Buffer.from(await licences()));
for (const [name, bytes] of [...files]) files.set(`${name}.gz`, gzipSync(bytes, { level: 9 }));
await fill(dist, files);

/** @param {[name: string, entries: string[]]} demo */
async function bundleDemo([name, entries]) {
  const points = entries.map((entry) => ({ in: join(demo, entry), out: name }));
  const { outputFiles } = await build({
    ...shared,
    entryPoints: points,
    external: ["../dist/*"],
    outdir: dist,
    target: ["es2022", "chrome123", "firefox120", "safari17.5"],
  });
  outputFiles?.forEach(add);
}

/** @param {Library} library */
async function bundleLibrary({ name, entry, file }) {
  const { version, license } = JSON.parse(await readFile(join(here, "node_modules", name, "package.json"), "utf8"));
  const notice = `/*! ${name} ${version}, ${license} licence: licences.txt */`;
  const { outputFiles } = await build({
    ...shared,
    absWorkingDir: here,
    banner: { js: notice, css: notice },
    entryPoints: [entry],
    outfile: join(dist, file),
  });
  outputFiles?.forEach(add);
}

/** @param {OutputFile} file */
function add({ path, contents }) {
  files.set(basename(path), contents);
}

/**
 * One text, in which a line with its name stands before each file.
 * @param {[name: string, folders: string[]]} demo
 */
async function gatherSource([name, folders]) {
  const texts = [];
  for (const folder of folders) {
    const files = (await readdir(join(demo, folder))).filter((file) => KINDS.includes(extname(file)));
    for (const file of files.sort((one, other) => rank(one, name) - rank(other, name) || one.localeCompare(other))) {
      texts.push(`──── ${folder}/${file}\n\n${await readFile(join(demo, folder, file), "utf8")}`);
    }
  }
  files.set(`${name}.txt`, Buffer.from(texts.join("\n")));
}

/**
 * The page first, then where its script begins, styles last.
 * @param {string} file
 * @param {string} name
 */
function rank(file, name) {
  const begins = (DEMOS[name] ?? []).includes(`${name}/${file}`);
  return KINDS.indexOf(extname(file)) * 2 + Number(!begins);
}

/** The licences have to be shipped with the libraries. */
async function licences() {
  const names = [...new Set(LIBRARIES.map(({ name }) => name))];
  const texts = names.map(
    async (name) => `${name}\n\n${await readFile(join(here, "node_modules", name, "LICENSE"), "utf8")}`,
  );
  return (await Promise.all(texts)).join("\n");
}
