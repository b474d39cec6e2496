/** A server on this machine that has releases, and can be as bad as servers are. */

import { once } from "node:events";
import { createServer } from "node:http";

/**
 * @import { ServerResponse } from "node:http"
 * @import { AddressInfo } from "node:net"
 * @import { TestContext } from "node:test"
 * @import { Files } from "./release.mjs"
 */

/** @typedef {(response: ServerResponse, content: string | Buffer) => void} Answer */

/** What networks with a log-in answer. @type {Answer} */
export const page = (response) => response.end("<!DOCTYPE html>\n<html><body>Log in</body></html>\n");

/** Half of it, then the connection is lost. @type {Answer} */
export const cut = (response, content) => {
  response.setHeader("content-length", content.length);
  response.write(content.slice(0, content.length / 2), () => response.socket?.resetAndDestroy());
};

/** Half of it, as if that was all. @type {Answer} */
export const half = (response, content) => response.end(content.slice(0, content.length / 2));

export class Mirror {
  /**
   * @param {TestContext} t
   * @param {Record<string, Files>} releases the files of each version
   */
  static async start(t, releases) {
    const mirror = new Mirror(releases);
    mirror.#server.listen(0, "127.0.0.1");
    await once(mirror.#server, "listening");
    t.after(() => mirror.close());
    return mirror;
  }

  /** The paths that were asked for. @type {string[]} */
  asked = [];
  /** How files are answered that are not answered as they are. @type {Record<string, Answer>} */
  answers = {};

  /** @param {Record<string, Files>} releases */
  constructor(releases) {
    this.releases = releases;
  }

  #server = createServer((request, response) => {
    const [, tag, name] = (request.url ?? "").split("/");
    this.asked.push(name);
    const content = this.releases[tag.replace(/^v/, "")]?.[name];
    if (content === undefined) response.writeHead(404).end("Not Found");
    else if (this.answers[name]) this.answers[name](response, content);
    else response.end(content);
  });

  get url() {
    const { port } = /** @type {AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${port}`;
  }

  /**
   * Sends half of the file and no more. Resolves when that has been sent, to a promise that resolves
   * when the connection ends.
   * @param {string} name
   * @returns {Promise<{ end: Promise<unknown> }>}
   */
  stall(name) {
    return new Promise((resolve) => {
      this.answers[name] = (response, content) => {
        response.setHeader("content-length", content.length);
        response.write(content.slice(0, content.length / 2), () => resolve({ end: once(response, "close") }));
      };
    });
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
