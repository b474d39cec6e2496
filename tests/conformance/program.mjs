/** A client under test: a program that takes commands and tells events, one JSON object a line. docs/conformance.md lists both. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import { Queue } from "./queue.mjs";

/**
 * @import { ChildProcessByStdio } from "node:child_process"
 * @import { Readable, Writable } from "node:stream"
 */

/** What a program does or tells. @typedef {Record<string, any>} Said */

/** Events that belong to one stream. All others have one order among themselves. */
const OF_STREAMS = ["opened", "heard", "ended"];

/** How long a program may take to end, in milliseconds. */
const END_MS = 10_000;

export class Program {
  /** @type {ChildProcessByStdio<Writable, Readable, null>} */
  #child;
  /** @type {Map<string, Queue<Said>>} */
  #events = new Map();
  #exit;
  /** How long anything may take, in milliseconds. */
  #patience;

  /**
   * @param {string[]} command
   * @param {number} patience
   */
  constructor([program = "", ...args], patience) {
    this.#patience = patience;
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#exit = once(this.#child, "close");
    this.#exit.catch(() => {});
    this.#child.stdin.on("error", () => {});
    createInterface(this.#child.stdout).on("line", (line) => this.#tell(JSON.parse(line)));
    this.#exit.finally(() => this.#tell({ event: "exit" })).catch(() => {});
  }

  /** @param {Said} command */
  do(command) {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  /**
   * The next event of a stream, or of the channel.
   * @param {string} [stream]
   */
  next(stream = "") {
    return this.#queue(stream).next(this.#patience);
  }

  /**
   * Skips events of the channel until one of this kind comes.
   * @param {string} event
   */
  async until(event) {
    for (;;) {
      const told = await this.next();
      if (told.event === event) return told;
      if (told.event === "exit") throw new Error(`the program has ended before the event ${event}`);
    }
  }

  /** Forgets what nobody has asked for. */
  forget() {
    this.#events.clear();
  }

  /** Events of the channel that nobody has asked for. */
  get waiting() {
    return this.#queue("").waiting;
  }

  /** Ends it: it may clean up, but not for long. */
  async stop() {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), END_MS);
    await this.#exit.catch(() => {});
    clearTimeout(timer);
  }

  /** @param {Said} said */
  #tell(said) {
    this.#queue(queueOf(said)).push(said);
  }

  /** @param {string} name */
  #queue(name) {
    const queue = this.#events.get(name) ?? new Queue(name ? `an event of the stream ${name}` : "an event");
    this.#events.set(name, queue);
    return queue;
  }
}

/**
 * The stream to which an event belongs; empty for the channel.
 * @param {Said} said
 * @returns {string}
 */
export function queueOf({ event, stream = "" }) {
  return OF_STREAMS.includes(event) ? stream : "";
}
