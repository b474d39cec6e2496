/** The clients of this checkout, as commands. */

import { join } from "node:path";

import { TARGET } from "../browser/proxy.mjs";

const python = process.platform === "win32" ? "Scripts/python.exe" : "bin/python";

/** @type {Record<string, string[]>} */
export const CLIENTS = {
  "Rust, native": [join(TARGET, "debug/examples/conformance")],
  Python: [
    join(TARGET, "tools/python-project", python),
    join(import.meta.dirname, "../../python/tests/conformance.py"),
  ],
  "npm package in Node": [process.execPath, join(import.meta.dirname, "in-node.mjs")],
  "npm package in Chromium": [process.execPath, join(import.meta.dirname, "in-chromium.mjs")],
};
