/** An address of this machine where nothing listens. */

import { once } from 'node:events';
import { createServer } from 'node:net';

/** The kernel hands a port out again only after all others. */
export async function nobody() {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return `ws://localhost:${port}`;
}
