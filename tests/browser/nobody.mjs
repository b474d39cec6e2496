/** An address of this machine where nothing listens. */

import { once } from "node:events";
import { createServer } from "node:net";

import { portOf } from "../../polyfill/test/port.mjs";

/** The port is one that has just been free; nothing keeps others from it. */
export async function nobody() {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return `ws://localhost:${port}`;
}
