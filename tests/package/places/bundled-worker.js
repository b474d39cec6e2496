/** The entry of a project for a bundler that knows workers: two sockets talk, and the page talks with a worker. */

import * as sockets from "networkwebsockets";

import { proxy } from "./address.js";
import { converse } from "./conversation.js";
import { broken, listen } from "./listener.js";

/** @param {string} address */
function start(address) {
  const worker = new Worker(new URL("./parrot-bundled.js", import.meta.url), { type: "module" });
  worker.postMessage(address);
  return broken(worker);
}

globalThis.heard = Promise.all([converse(sockets, proxy), listen(sockets, "bundled", proxy, start)]);
