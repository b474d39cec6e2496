/** A server that opens no socket, however long one waits. */

import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";

/** Its endpoint. An ordinary request is answered as soon as somebody waits for a socket at the same path. */
export async function slow(t) {
  const arrivals = new EventEmitter();
  const waiting = new Map();
  const server = createServer(async ({ url }, response) => {
    if (!waiting.has(url)) await once(arrivals, url);
    response.writeHead(200, { connection: "close" }).end();
  });
  server.on("upgrade", ({ url }, socket) => {
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
  return `ws://localhost:${server.address().port}`;
}
