/** What the tests of other package managers have in common. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { succeed } from "../package/program.mjs";
import { CHANNELS, RELEASE, VERSION, read, sha256 } from "./release.mjs";
import { need } from "./tool.mjs";

/** @typedef {{ url: string, sha256: string }} Source */

/** @param {string} file */
export const text = (file) => readFileSync(join(CHANNELS, file), "utf8");

/** Whether this run of dist has built for a system whose triple has this part. @param {string} part */
export const hasBuilt = (part) => readdirSync(RELEASE).some((name) => name.includes(part));

/** The source is an archive of the release. @param {Source} source @param {string} part */
export function isReleased({ url, sha256: sum }, part) {
  const [address, name] = [url.slice(0, url.lastIndexOf("/")), url.slice(url.lastIndexOf("/") + 1)];
  assert.match(address, new RegExp(`^https://github.com/.*/releases/download/v${VERSION.replaceAll(".", "\\.")}$`));
  assert.ok(name.includes(part), `${name} is not for ${part}`);
  assert.equal(sum.toLowerCase(), sha256(read(name)));
}

/** A program of Ruby, which prints JSON. @param {string} program @param {string[]} args */
export async function ruby(program, ...args) {
  const { stdout } = await succeed(need("ruby"), ["-rjson", "-ryaml", "-e", program, ...args], CHANNELS);
  return JSON.parse(stdout);
}

/** Why a test of Windows or Linux cannot run, if it cannot. @param {string} part */
export function leftOut(part) {
  return hasBuilt(part) ? false : `this run of dist has built nothing for ${part}`;
}
