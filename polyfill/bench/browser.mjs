/** What the programs of this folder share: a Chromium, and a site that serves the package. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { portOf } from "../test/port.mjs";

/** @import { Server } from "node:http" */

const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

/**
 * CHROMIUM names another browser than Debian's.
 * @param {string[]} args
 */
export function launch(...args) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({
    executablePath,
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", ...QUIET, ...args],
  });
}

/**
 * A site whose every page has a script-tag build and then `script`, and that has the modules of
 * this folder.
 * @param {string} script
 * @param {string} build
 */
export async function serve(script, build = "networkwebsockets.js") {
  const page = `<!doctype html><script src=/${build}></script><script type=module>${script}</script>`;
  const server = createServer(({ url = "" }, response) => {
    const file = url === `/${build}` ? `../dist${url}` : url.endsWith(".mjs") ? `.${url}` : undefined;
    response.writeHead(200, { "content-type": file ? "text/javascript" : "text/html" });
    response.end(file ? readFileSync(join(import.meta.dirname, file)) : page);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

/** Where such a site is. @param {Server} site */
export function addressOf(site) {
  return `http://127.0.0.1:${portOf(site)}/`;
}

/**
 * The value below which a share of `values` lies.
 * @param {number[]} values
 * @param {number} share
 */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/**
 * Prints figures: as JSON when asked with --json.
 * @param {Record<string, unknown>} figures
 */
export function print(figures) {
  /** @param {unknown} value */
  const round = (value) => (typeof value === "number" ? Math.round(value * 1000) / 1000 : value);
  const rounded = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)]));
  console.log(process.argv.includes("--json") ? JSON.stringify(rounded) : rounded);
}
