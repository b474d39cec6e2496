/**
 * Publishes the packed npm packages of a folder: `node npm.mjs FOLDER`. What the registry has already is left out, so a
 * publication that has failed can be run again.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/**
 * @typedef {{name: string, version: string, optionalDependencies?: object}} Manifest
 * @typedef {{file: string, manifest: Manifest}} Packed
 */

const folder = process.argv[2];
if (!folder) throw new Error("name the folder with the packages: node npm.mjs FOLDER");
const packages = packedIn(resolve(folder));
if (packages.length === 0) throw new Error(`${folder} has no package: build it by \`cargo xtask dist --all\``);
for (const packed of packages) publish(packed);

/**
 * Packages that need none of the others come first, so that nobody installs a launcher without its programs.
 * @param {string} folder
 */
function packedIn(folder) {
  const files = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  const packages = files.sort().map((name) => {
    const file = join(folder, name);
    const text = execFileSync("tar", ["-xzOf", file, "package/package.json"], { encoding: "utf8" });
    /** @type {Manifest} */
    const manifest = JSON.parse(text);
    return { file, manifest };
  });
  const needs = (/** @type {Packed} */ { manifest }) => Number("optionalDependencies" in manifest);
  return packages.sort((one, other) => needs(one) - needs(other));
}

/** @param {Packed} packed */
function publish({ file, manifest: { name, version } }) {
  const there = integrityInRegistry(`${name}@${version}`);
  const own = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
  if (there === own) {
    console.log(`${name} ${version} is published already`);
  } else if (there) {
    throw new Error(
      `${name} ${version} is published with other bytes: ${there}, and here ${own}. Release a new version`,
    );
  } else {
    // A version with a `-` is tried by those who ask for it.
    const tag = version.includes("-") ? "next" : "latest";
    execFileSync("npm", ["publish", file, "--access", "public", "--tag", tag], { stdio: "inherit" });
  }
}

/**
 * What the registry says of a package, or nothing if it does not have it.
 * @param {string} spec
 * @returns {string | undefined}
 */
function integrityInRegistry(spec) {
  const { stdout, stderr } = spawnSync("npm", ["view", spec, "dist.integrity", "--json"], { encoding: "utf8" });
  // npm prints nothing if it knows the package and not the version.
  if (stdout.trim() === "") return undefined;
  const said = JSON.parse(stdout);
  if (typeof said === "string") return said;
  if (said?.error?.code === "E404") return undefined;
  throw new Error(`the registry does not say whether it has ${spec}: ${stderr || stdout}`);
}
