/** A proxy at one URL, before and after an update: the real one, then its answers with another package in them. */

import { once } from "node:events";
import { createServer } from "node:http";

import { portOf } from "../../polyfill/test/port.mjs";

/**
 * @import { IncomingMessage, ServerResponse } from "node:http"
 * @import { NwsProxy } from "../browser/proxy.mjs"
 * @import { TestContext } from "node:test"
 */

export class Update {
  /**
   * Each request for the package: the tag that the client had, and the status that it got.
   * @type {{known: string | undefined, status: number}[]}
   */
  requests = [];
  #server = createServer((request, response) => void this.#serve(request, response));
  #proxy;
  /** @type {Buffer | null} */
  #newer = null;

  /**
   * @param {TestContext} t
   * @param {NwsProxy} proxy
   */
  static async before(t, proxy) {
    const update = new Update(proxy);
    update.#server.listen(0, "127.0.0.1");
    await once(update.#server, "listening");
    t.after(() => update.end());
    return update;
  }

  /** @param {NwsProxy} proxy */
  constructor(proxy) {
    this.#proxy = proxy;
  }

  get url() {
    return `http://127.0.0.1:${portOf(this.#server)}/networkwebsockets.tgz`;
  }

  /** From here on nobody listens at the URL. */
  end() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /**
   * From here on the URL has these bytes.
   * @param {Buffer} bytes
   */
  to(bytes) {
    this.#newer = bytes;
  }

  /**
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   */
  async #serve(request, response) {
    const known = this.#newer ? undefined : request.headers["if-none-match"];
    const answer = await fetch(`${this.#proxy.http}${request.url}`, {
      headers: known ? { "If-None-Match": known } : {},
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    response.statusCode = answer.status;
    for (const [name, value] of answer.headers) response.setHeader(name, value);
    if (this.#newer) response.setHeader("ETag", '"newer"').setHeader("Content-Length", this.#newer.length);
    this.requests.push({ known: request.headers["if-none-match"], status: answer.status });
    response.end(this.#newer ?? bytes);
  }
}
