/** The npm package in Node, as a client under test. Node 20 has no WebSocket, so that of `ws` stands in. */

import { createInterface } from "node:readline";

import { WebSocket } from "ws";

import { Driver } from "./npm-driver.js";

// @ts-expect-error It has what the package needs.
globalThis.WebSocket ??= WebSocket;

const built = new URL("../../polyfill/dist/networkwebsockets-streams.mjs", import.meta.url);
const driver = new Driver(await import(built.href), (event) => console.log(JSON.stringify(event)));
for await (const line of createInterface(process.stdin)) {
  driver.obey(JSON.parse(line));
}
process.exit();
