/**
 * Publishes the crates of a folder: `node crates.mjs FOLDER`. The folder has the packed crates, and in `workspace/`
 * their sources, which cargo packs again. What crates.io has already is left out, so a publication that has failed can
 * be run again.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** @typedef {{name: string, version: string, file: string, sum: string}} Crate */

/** The index that cargo uses. A test has another one, and tells cargo so by the variables of cargo. */
const INDEX = process.env.NWS_CRATES_INDEX ?? "https://index.crates.io";

const folder = process.argv[2];
if (!folder) throw new Error("name the folder with the crates: node crates.mjs FOLDER");
const crates = cratesIn(resolve(folder));
if (crates.length === 0) throw new Error(`${folder} has no crate: build it by \`cargo xtask dist --all\``);
const missing = [];
for (const crate of crates) if (!(await isPublished(crate))) missing.push(crate);
if (missing.length > 0) publish(missing);

/** @param {string} folder */
function cratesIn(folder) {
  const files = readdirSync(folder).filter((file) => file.endsWith(".crate"));
  return files.sort().map((name) => {
    const parts = /^(.+?)-(\d.*)\.crate$/.exec(name);
    if (!parts) throw new Error(`${name} is not named NAME-VERSION.crate`);
    return { name: parts[1], version: parts[2], file: name, sum: sumOf(join(folder, name)) };
  });
}

/**
 * Asks the index, whose paths and lines https://doc.rust-lang.org/cargo/reference/registry-index.html describes.
 * @param {Crate} crate
 */
async function isPublished({ name, version, sum }) {
  const place = name.length === 3 ? `3/${name[0]}` : `${name.slice(0, 2)}/${name.slice(2, 4)}`;
  const answer = await fetch(`${INDEX}/${place}/${name}`);
  if (answer.status === 404) return false;
  if (!answer.ok) throw new Error(`the index of crates answers ${answer.status} for ${name}: try again later`);
  const lines = (await answer.text()).split("\n").filter((line) => line !== "");
  const there = lines.map((line) => JSON.parse(line)).find(({ vers }) => vers === version);
  if (!there) return false;
  if (there.cksum !== sum) throw new Error(`${name} ${version} is published with other bytes: release a new version`);
  console.log(`${name} ${version} is published already`);
  return true;
}

/**
 * Publishes only what has the bytes of the packed crates, which are those that were tested and attested.
 * @param {Crate[]} crates
 */
function publish(crates) {
  const desk = mkdtempSync(join(tmpdir(), "crates-"));
  process.on("exit", () => rmSync(desk, { recursive: true }));
  const cwd = join(desk, "workspace");
  const target = join(desk, "target");
  // Elsewhere: inside a repository cargo packs no files that git does not know.
  cpSync(join(resolve(folder), "workspace"), cwd, { recursive: true });
  const chosen = crates.flatMap(({ name }) => ["--package", name]);
  const cargo = (/** @type {string} */ command) =>
    execFileSync("cargo", [command, "--locked", "--no-verify", "--target-dir", target, ...chosen], {
      cwd,
      stdio: "inherit",
    });
  cargo("package");
  for (const { file, sum } of crates) {
    if (sumOf(join(target, "package", file)) !== sum) throw new Error(`cargo packs ${file} with other bytes here`);
  }
  cargo("publish");
}

/** @param {string} file */
function sumOf(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
