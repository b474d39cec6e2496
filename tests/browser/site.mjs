/** A web site on an origin of its own: a folder or a few texts, served as they are. */

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
};

export class Site {
  #server;

  /**
   * @param {string} host the host of the origin: localhost or 127.0.0.1
   * @param {(path: string) => Promise<string | Buffer>} read what is at a path
   * @param {{key: Buffer, cert: Buffer}} [identity] of a site that comes by https
   */
  static async start(host, read, identity) {
    const handle = (request, response) => answer(read, request.url, response);
    const server = identity ? createSecureServer(identity, handle) : createServer(handle);
    server.listen(0, host);
    await once(server, "listening");
    return new Site(server, `${identity ? "https" : "http"}://${host}:${server.address().port}`);
  }

  constructor(server, origin) {
    this.#server = server;
    this.origin = origin;
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** Serves the files below a folder. */
export function folder(root) {
  return (path) => readFile(join(root, normalize(path)));
}

async function answer(read, url, response) {
  const { pathname } = new URL(url, "http://site");
  const path = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
  try {
    const body = await read(path);
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}
