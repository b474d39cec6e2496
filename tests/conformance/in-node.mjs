/** The npm package in Node, as a client under test. Node 20 has no WebSocket, so that of `ws` stands in. */

import { createInterface } from "node:readline";

import { WebSocket } from "ws";

import * as networkwebsockets from "../../polyfill/dist/networkwebsockets-streams.mjs";
import { Driver } from "./npm-driver.js";

/** @import { Package } from "./npm-driver.js" */

// @ts-expect-error It has what the package needs.
globalThis.WebSocket ??= WebSocket;

const all = /** @type {Package} */ (/** @type {unknown} */ (networkwebsockets));
const driver = new Driver(all, (event) => console.log(JSON.stringify(event)));
for await (const line of createInterface(process.stdin)) {
  driver.obey(JSON.parse(line));
}
