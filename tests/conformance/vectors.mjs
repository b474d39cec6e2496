/** Plays the cases of protocol/vectors to a client. */

import { isDeepStrictEqual } from "node:util";

import { Program, queueOf } from "./program.mjs";
import { ScriptedProxy } from "./scripted-proxy.mjs";

/**
 * @import { Said } from "./program.mjs"
 * @import { Connection } from "./scripted-proxy.mjs"
 */

/** One member says what happens, the others what with. @typedef {Record<string, any>} Step */

/**
 * `maxDelay`: the client connects again. `bare`: it is not greeted first. `ends`: the channel does not live on.
 * @typedef {{name: string, steps: Step[], maxDelay?: number, bare?: boolean, ends?: boolean}} Case
 */

/** @typedef {{prelude: Step[], postlude: Step[], cases: Case[]}} Cases */

/** @typedef {{name: string, fault?: string}} Result */

const CHANNEL = "vectors";

/** A close that has no code. */
const NO_STATUS = 1005;

export class Player {
  #command;
  #patience;
  #proxy;
  /** @type {Program | undefined} */
  #program;

  /**
   * @param {string[]} command the client
   * @param {number} patience in milliseconds
   */
  constructor(command, patience) {
    this.#command = command;
    this.#patience = patience;
    this.#proxy = new ScriptedProxy(patience);
  }

  /**
   * Plays all cases of a file.
   * @param {any} file
   * @param {(result: Result) => void} report
   */
  async play(file, report) {
    await this.#proxy.start();
    try {
      for (const name of file.names ?? []) {
        await this.#one(`name ${JSON.stringify(name.name).slice(0, 60)}`, () => this.#name(expand(name)), report);
      }
      for (const one of file.cases ?? []) {
        await this.#one(one.name, () => this.#case(file, one), report);
      }
    } finally {
      await this.#program?.stop();
      this.#program = undefined;
      await this.#proxy.stop();
    }
  }

  /**
   * @param {string} name
   * @param {() => Promise<void>} body
   * @param {(result: Result) => void} report
   */
  async #one(name, body, report) {
    try {
      await body();
      report({ name });
    } catch (error) {
      report({ name, fault: error instanceof Error ? error.message : String(error) });
      // Nobody knows in which state it is.
      await this.#program?.stop();
      this.#program = undefined;
      await this.#proxy.stop();
      await this.#proxy.start();
    }
    this.#program?.forget();
    this.#proxy.clear();
  }

  get program() {
    this.#program ??= new Program(this.#command, this.#patience);
    return this.#program;
  }

  /** @param {{name: string, valid: boolean}} name */
  async #name({ name, valid }) {
    const { program } = this;
    program.do({ do: "open", channel: name, endpoint: this.#proxy.endpoint, reconnect: false });
    if (!valid) {
      same(await program.next(), { event: "failed", do: "open", error: "invalid-name" }, "the event");
      return;
    }
    const connection = await this.#proxy.accept();
    const [path] = connection.path.split("?");
    same({ path }, { path: `/network/${name}` }, "the address");
    connection.send('{"action":"status","source":"me","target":"me","maxMessageSize":1000,"streams":1}');
    connection.send('{"action":"welcome","source":"me","target":"me","peers":0,"settled":true}');
    await program.until("sync");
    program.do({ do: "close" });
    await program.until("closed");
  }

  /**
   * @param {Cases} file
   * @param {Case} one
   */
  async #case({ prelude, postlude }, { steps, maxDelay, bare = false, ends = false }) {
    const reconnect = maxDelay !== undefined;
    this.program.do({ do: "open", channel: CHANNEL, endpoint: this.#proxy.endpoint, reconnect, maxDelay });
    const turn = new Turn(this.program, this.#proxy, await this.#proxy.accept());
    await turn.steps("prelude", bare ? [] : prelude);
    await turn.steps("step", steps);
    if (!ends) {
      await turn.steps("postlude", postlude);
      this.program.do({ do: "close" });
      await this.program.until("closed");
    }
  }
}

/** One case while it is played. */
class Turn {
  /**
   * @param {Program} program
   * @param {ScriptedProxy} proxy
   * @param {Connection} connection
   */
  constructor(program, proxy, connection) {
    this.program = program;
    this.proxy = proxy;
    this.connection = connection;
  }

  /**
   * @param {string} where
   * @param {Step[]} steps
   */
  async steps(where, steps) {
    for (const [place, step] of steps.entries()) {
      try {
        await this.#step(step);
      } catch (error) {
        throw new Error(`${where} ${place + 1}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }

  /** @param {Step} step */
  async #step(step) {
    const [kind = ""] = Object.keys(step);
    const value = expand(step[kind]);
    switch (kind) {
      case "proxy":
        this.connection.send(joined(value));
        break;
      case "proxyBytes":
        this.connection.send(Buffer.from(joined(value), "hex"));
        break;
      case "client":
        same(textOf(await this.connection.next()), value, "the frame of the client");
        break;
      case "clientBytes":
        same(await this.connection.next(), { hex: joined(value) }, "the frame of the client");
        break;
      case "do":
        this.program.do(value);
        break;
      case "sees":
        same(await this.program.next(queueOf(value)), value, "the event");
        break;
      case "until":
        same(await this.program.until(value.event), value, "the event");
        break;
      case "proxyCloses":
        value.code === NO_STATUS
          ? this.connection.socket.close()
          : this.connection.socket.close(value.code, value.reason);
        break;
      case "clientCloses":
        same(await this.connection.next(), { closes: value }, "what the client does");
        break;
      case "breaks":
        this.connection.socket.terminate();
        break;
      case "proxyLeaves":
        await this.proxy.leave();
        break;
      case "proxyReturns":
        await this.proxy.start();
        break;
      case "connects":
        this.connection = await this.proxy.accept();
        break;
      case "passes":
        await new Promise((resolve) => setTimeout(resolve, value));
        break;
      default:
        throw new Error(`there is no step ${kind}`);
    }
  }
}

/**
 * What stands short in a file, at length: `{"repeat": "a", "times": 3}` is `"aaa"`.
 * @param {any} value
 * @returns {any}
 */
export function expand(value) {
  if (Array.isArray(value)) return value.map(expand);
  if (typeof value !== "object" || value === null) return value;
  const { repeat, times } = value;
  if (typeof repeat === "string" && typeof times === "number") return repeat.repeat(times);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, expand(member)]));
}

/**
 * A text, which may stand in pieces.
 * @param {string | string[]} value
 */
function joined(value) {
  return Array.isArray(value) ? value.join("") : value;
}

/** @param {Said} heard */
function textOf(heard) {
  return "text" in heard ? JSON.parse(heard.text) : heard;
}

/**
 * @param {Said} found
 * @param {Said} expected
 * @param {string} what
 */
function same(found, expected, what) {
  if (!isSame(found, expected)) {
    throw new Error(`${what} is ${short(found)}, and not ${short(expected)}`);
  }
}

/**
 * Compares all that is expected. What there is besides does not matter, and what is null is not there.
 * @param {any} found
 * @param {any} expected
 * @returns {boolean}
 */
function isSame(found, expected) {
  if (typeof expected !== "object" || expected === null || Array.isArray(expected)) {
    return isDeepStrictEqual(wellFormed(found ?? null), wellFormed(expected));
  }
  if (typeof expected.from === "number") return expected.from <= found && found <= expected.to;
  return Object.entries(expected).every(([key, value]) => isSame(found?.[key], value));
}

/**
 * JavaScript and Python have texts with half a pair of surrogates, and other languages do not.
 * @param {any} value
 */
function wellFormed(value) {
  return typeof value === "string" ? Buffer.from(value).toString() : value;
}

/** @param {Said} said */
function short(said) {
  const text = JSON.stringify(said);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
