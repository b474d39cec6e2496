/**
 * Holds clients against protocol/vectors, and plays scenarios with real proxies:
 * `node tests/conformance/main.mjs [OPTIONS] [-- COMMAND…]`. docs/conformance.md has more.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { CLIENTS } from "./clients.mjs";
import { play } from "./scenarios.mjs";
import { Player } from "./vectors.mjs";

/** @import { Result } from "./vectors.mjs" */

const VECTORS = join(import.meta.dirname, "../../protocol/vectors");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    client: { type: "string", multiple: true },
    only: { type: "string" },
    partner: { type: "string" },
    patience: { type: "string", default: "20" },
    scenarios: { type: "boolean", default: false },
    vectors: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  },
});

/** @typedef {{client: string, part: string, passed: number, failed: number}} Row */

/** @type {Row[]} */
const rows = [];
const patience = Number(values.patience) * 1000;

await Promise.all(chosen().map(([client, command]) => playAll(client, command)));
conclude();

/**
 * @param {string} client
 * @param {string[]} command
 */
async function playAll(client, command) {
  if (!values.scenarios) await playVectors(client, command);
  if (!values.vectors) await playScenarios(client, command);
}

/**
 * @param {string} client
 * @param {string[]} command
 */
async function playVectors(client, command) {
  for (const file of readdirSync(VECTORS).sort()) {
    const vectors = JSON.parse(readFileSync(join(VECTORS, file), "utf8"));
    // Files are above channels: whoever has them tests them.
    if (!vectors.cases && !vectors.names) continue;
    const row = begin(client, file.replace(".json", ""));
    await new Player(command, patience).play(filtered(vectors), (result) => count(row, result));
  }
}

/**
 * The partner is another client, if there is one.
 * @param {string} name
 * @param {string[]} client
 */
async function playScenarios(name, client) {
  const others = Object.keys(CLIENTS).filter((other) => other !== name);
  const partner = CLIENTS[values.partner ?? others[0] ?? name] ?? client;
  const row = begin(name, "scenarios");
  await play({ client, partner, patience, only: values.only ?? "" }, (result) => count(row, result));
}

/**
 * @param {string} client
 * @param {string} part
 */
function begin(client, part) {
  const row = { client, part, passed: 0, failed: 0 };
  rows.push(row);
  return row;
}

/** @returns {[string, string[]][]} */
function chosen() {
  if (positionals.length) return [["the client", positionals]];
  const all = Object.entries(CLIENTS);
  return values.client ? all.filter(([name]) => values.client?.includes(name)) : all;
}

/** @param {any} file */
function filtered(file) {
  const { only } = values;
  const { cases = [], names = [] } = file;
  if (!only) return file;
  return {
    ...file,
    cases: cases.filter(({ name = "" }) => name.includes(only)),
    names: names.filter(({ name = "" }) => JSON.stringify(name).includes(only)),
  };
}

/**
 * @param {Row} row
 * @param {Result} result
 */
function count(row, { name, fault }) {
  fault === undefined ? row.passed++ : row.failed++;
  if (fault !== undefined || values.verbose) {
    console.log(
      `${fault === undefined ? "ok" : "FAILED"} ${row.client}, ${row.part}: ${name}${fault ? `: ${fault}` : ""}`,
    );
  }
}

function conclude() {
  const parts = [...new Set(rows.map(({ part }) => part))];
  const clients = [...new Set(rows.map(({ client }) => client))];
  console.log(`\n| client | ${parts.join(" | ")} |\n|---|${"---|".repeat(parts.length)}`);
  for (const client of clients) {
    const cells = parts.map((part) => rows.find((row) => row.client === client && row.part === part));
    console.log(`| ${client} | ${cells.map((row) => (row ? cell(row) : "")).join(" | ")} |`);
  }
  const sum = (/** @type {"passed" | "failed"} */ what) => rows.reduce((total, row) => total + row[what], 0);
  const [passed, failed] = [sum("passed"), sum("failed")];
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed || !passed ? 1 : 0;
}

/** @param {Row} row */
function cell({ passed, failed }) {
  return failed ? `**${failed} of ${passed + failed} failed**` : `${passed}`;
}
