/** A proxy that a launcher has started: where it listens, and how it ends. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

import WebSocket from "ws";

import { within } from "../browser/deadline.mjs";

/**
 * @import { ChildProcessByStdio } from "node:child_process"
 * @import { Readable } from "node:stream"
 * @import { Desk, Until } from "./desk.mjs"
 */

/** What a test gives to each proxy: no other machine is asked, and no port is fixed. */
export const ALONE = ["--no-discovery", "--port", "0"];

export class Serving {
  /**
   * Waits until a proxy serves that a program of a desk starts. Nothing of it is left after the test.
   * @param {Until} t
   * @param {Desk} desk
   * @param {string} program
   * @param {string[]} args
   */
  static async during(t, desk, program, ...args) {
    const from = performance.now();
    const child = desk.start(program, ...args, ...ALONE);
    const errors = text(child.stderr);
    t.after(() => endGroup(child));
    const port = await within(`${program} to serve`, listening(child, errors));
    return new Serving(child, port, performance.now() - from);
  }

  /**
   * @param {ChildProcessByStdio<null, Readable, Readable>} child
   * @param {number} port
   * @param {number} took milliseconds until it served
   */
  constructor(child, port, took) {
    this.child = child;
    this.port = port;
    this.took = took;
    // It comes when no process has the standard output any more, neither the launcher nor the proxy.
    this.closed = once(child, "close");
  }

  /**
   * Sends a signal to the launcher, and waits until all processes have ended. Returns the launcher's
   * end, and the code with which the proxy has closed the connection of a client.
   * @param {NodeJS.Signals} signal
   */
  end(signal) {
    return this.#ends(() => this.child.kill(signal));
  }

  /**
   * The same with all processes, as a terminal does it.
   * @param {NodeJS.Signals} signal
   */
  endAll(signal) {
    return this.#ends(() => process.kill(-(this.child.pid ?? 0), signal));
  }

  /** Checks that the proxy serves its console and has the client for pages. */
  async servesPages() {
    for (const path of ["/", "/demo/", "/networkwebsockets.js"]) {
      const { status } = await fetch(`http://localhost:${this.port}${path}`);
      assert.equal(status, 200, path);
    }
  }

  /** @param {() => void} kill */
  async #ends(kill) {
    const client = new WebSocket(`ws://localhost:${this.port}/chan`);
    await within("a client to open", once(client, "open"));
    const parting = once(client, "close");
    kill();
    const [[code], [status, signal]] = await within("the end of all processes", Promise.all([parting, this.closed]));
    return { code, status, signal };
  }
}

/**
 * The port in the line that the proxy writes. Later lines are read too, as a terminal would.
 * @param {ChildProcessByStdio<null, Readable, Readable>} child
 * @param {Promise<string>} errors
 * @returns {Promise<number>}
 */
function listening(child, errors) {
  const lines = createInterface(child.stdout);
  /** @type {string[]} */
  const said = [];
  return new Promise((resolve, reject) => {
    lines.on("line", (line) => {
      said.push(line);
      const port = /^listening on http:\/\/localhost:(\d+)\/$/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    lines.on("close", async () => reject(new Error(`it has ended: ${said.join("\n")}${await errors}`)));
  });
}

/** @param {ChildProcessByStdio<null, Readable, Readable>} child */
function endGroup({ pid }) {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}
