/** A server that opens no socket, however long one waits. */

import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";

import { portOf } from "../../polyfill/test/port.mjs";

/**
 * @import { Duplex } from "node:stream"
 * @import { TestContext } from "node:test"
 */

/**
 * Its endpoint. An ordinary request is answered as soon as somebody waits for a socket at the same
 * path.
 * @param {TestContext} t
 */
export async function slow(t) {
  const arrivals = new EventEmitter();
  /** @type {Map<string, Duplex>} */
  const waiting = new Map();
  const server = createServer(async ({ url = "/" }, response) => {
    if (!waiting.has(url)) await once(arrivals, url);
    response.writeHead(200, { connection: "close" }).end();
  });
  server.on("upgrade", ({ url = "/" }, socket) => {
    waiting.set(
      url,
      socket.on("error", () => socket.destroy()),
    );
    arrivals.emit(url);
  });
  t.after(() => {
    for (const socket of waiting.values()) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "localhost"), "listening");
  return `ws://localhost:${portOf(server)}`;
}
