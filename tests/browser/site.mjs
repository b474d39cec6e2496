/** A web site on an origin of its own: a folder or a few texts, served as they are. */

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { extname, join, normalize } from "node:path";

import { portOf } from "../../polyfill/test/port.mjs";

/**
 * @import { Server, ServerResponse } from "node:http"
 * @import { Server as SecureServer } from "node:https"
 */

/** What is at a path. @typedef {(path: string) => Promise<string | Buffer>} Read */

/**
 * Of a site that comes by https.
 * @typedef {{key: string | Buffer, cert: string | Buffer}} Identity
 */

/** @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
};

export class Site {
  #server;

  /**
   * @param {string} host the host of the origin: localhost or 127.0.0.1
   * @param {Read} read
   * @param {Identity} [identity]
   */
  static async start(host, read, identity) {
    /**
     * @param {{url?: string}} request
     * @param {ServerResponse} response
     */
    const handle = ({ url = "/" }, response) => answer(read, url, response);
    const server = identity ? createSecureServer(identity, handle) : createServer(handle);
    server.listen(0, host);
    await once(server, "listening");
    return new Site(server, `${identity ? "https" : "http"}://${host}:${portOf(server)}`);
  }

  /**
   * @param {Server | SecureServer} server
   * @param {string} origin
   */
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

/**
 * Serves the files below a folder.
 * @param {string} root
 * @returns {Read}
 */
export function folder(root) {
  return (path) => readFile(join(root, normalize(path)));
}

/**
 * @param {Read} read
 * @param {string} url
 * @param {ServerResponse} response
 */
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
