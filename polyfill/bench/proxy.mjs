/** A proxy for a measurement: the program that NWS_BIN names. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

/** Starts it on a free port. */
export async function startProxy() {
  const child = spawn(process.env.NWS_BIN ?? "nws", ["run", "--no-discovery", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface(child.stdout), "line");
  return { child, endpoint: /http:\/\/\S+:\d+/.exec(line)?.[0].replace("http", "ws") ?? "" };
}

/**
 * The memory that a process has, in KB. Linux tells it.
 * @param {number} [pid]
 */
export async function residentKb(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}
