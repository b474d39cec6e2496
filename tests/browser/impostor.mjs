/** Servers where a page expects its proxy: proxies of another kind, and what is none. */

import { once } from "node:events";
import { createServer } from "node:http";

import { WebSocketServer } from "ws";

import { portOf } from "../../polyfill/test/port.mjs";

/**
 * @import { TestContext } from "node:test"
 * @import { WebSocket } from "ws"
 */

/**
 * @typedef {object} Behaviour
 * @property {object} [status] what it answers to `GET /status`; 404 without one, and never if it is
 *   a promise
 * @property {(socket: WebSocket) => void} [welcome] what it does with a socket; without, it refuses
 */

export class Impostor {
  #server;
  #sockets = new WebSocketServer({ noServer: true });

  /**
   * It stops after the test.
   *
   * @param {TestContext} t
   * @param {Behaviour} behaviour
   */
  static async start(t, behaviour) {
    const impostor = new Impostor(behaviour);
    t.after(() => impostor.#stop());
    await once(impostor.#server, "listening");
    return impostor;
  }

  /** @param {Behaviour} behaviour */
  constructor({ status, welcome }) {
    /** @type {() => void} */
    let asked = () => {};
    /** Fulfilled as soon as a page has asked for the status. @type {Promise<void>} */
    this.asked = new Promise((resolve) => {
      asked = resolve;
    });
    this.#server = createServer(async (_request, response) => {
      asked();
      response.writeHead(status ? 200 : 404, { "access-control-allow-origin": "*" });
      response.end(status ? JSON.stringify(await status) : "nothing here");
    });
    this.#server.on("upgrade", (request, socket, head) => {
      if (welcome) this.#sockets.handleUpgrade(request, socket, head, welcome);
      else socket.end("HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\n\r\n");
    });
    this.#server.listen(0, "localhost");
  }

  get ws() {
    return `ws://localhost:${portOf(this.#server)}`;
  }

  async #stop() {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
