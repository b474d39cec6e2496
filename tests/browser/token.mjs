/** How a test gets the token of a proxy, and a folder of its own where proxies keep theirs. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @import { NwsProxy } from "./proxy.mjs" */

/** Has all proxies that this process starts keep their tokens in a folder that goes with it. */
export function ownRuntimeFolder() {
  const folder = mkdtempSync(join(tmpdir(), "nws-run-"));
  process.env.XDG_RUNTIME_DIR = folder;
  process.once("exit", () => rmSync(folder, { recursive: true }));
  return folder;
}

/** @param {NwsProxy} proxy one that was started after `ownRuntimeFolder` */
export function tokenOf(proxy) {
  return readFileSync(join(process.env.XDG_RUNTIME_DIR ?? "", "nws", `token-${proxy.port}`), "utf8").trim();
}
