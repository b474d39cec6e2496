/** Where a scenario plays: a proxy, the client under test, and partners of it. */

import assert from "node:assert/strict";

import { NwsProxy } from "../browser/proxy.mjs";
import { Program } from "./program.mjs";

/** @import { Said } from "./program.mjs" */

export class Stage {
  /** @type {Program[]} */
  #programs = [];
  /** @type {NwsProxy | undefined} */
  #proxy;
  #client;
  #partner;
  #patience;

  /**
   * @param {string[]} client the command of the client under test
   * @param {string[]} partner that of another client
   * @param {number} patience in milliseconds
   */
  constructor(client, partner, patience) {
    this.#client = client;
    this.#partner = partner;
    this.#patience = patience;
  }

  /**
   * Starts the proxy.
   * @param {string[]} flags
   */
  async begin(...flags) {
    this.#proxy = await NwsProxy.start(...flags);
    return this.#proxy;
  }

  get proxy() {
    assert.ok(this.#proxy, "the proxy has been started");
    return this.#proxy;
  }

  /**
   * The client under test, in a channel.
   * @param {Said} [options]
   */
  client(options) {
    return this.#join(this.#client, options);
  }

  /**
   * Another client, in the same channel.
   * @param {Said} [options]
   */
  partner(options) {
    return this.#join(this.#partner, options);
  }

  /** Both, each with the id of the other. */
  async pair(options = {}) {
    const partner = await this.partner(options);
    const client = await this.client(options);
    await partner.program.until("connect");
    return { client, partner };
  }

  /**
   * @param {string[]} command
   * @param {Said} [options]
   */
  async #join(command, options) {
    const program = this.program(command);
    program.do({ do: "open", channel: "conformance", endpoint: this.proxy.ws, ...options });
    return arrive(program);
  }

  /** One that has not been told anything yet. */
  program(command = this.#client) {
    const program = new Program(command, this.#patience);
    this.#programs.push(program);
    return program;
  }

  async end() {
    await Promise.all(this.#programs.map((program) => program.stop()));
    await this.#proxy?.stop();
  }
}

/**
 * Waits until a program is in its channel: its id there, and whom it has found.
 * @param {Program} program
 */
export async function arrive(program) {
  const { id } = await program.until("open");
  /** @type {string[]} */
  const peers = [];
  for (let told = await program.next(); told.event !== "sync"; told = await program.next()) {
    assert.equal(told.event, "connect", JSON.stringify(told));
    peers.push(told.peer);
  }
  return { program, id, peers };
}

/**
 * Compares the members that are expected.
 * @param {Said} told
 * @param {Said} expected
 */
export function tells(told, expected) {
  assert.deepEqual({ ...told, ...expected }, told);
}
