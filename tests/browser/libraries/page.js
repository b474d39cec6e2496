/* In a page of a test: joins the channel that the address names, and waits for the other page. */

/** @import { DialedWebSocket } from "networkwebsockets/streams" */

(() => {
  const ws = new NetworkWebSocket(`${new URLSearchParams(location.search).get("channel")}`);

  /**
   * The next event of this type.
   * @param {EventTarget} target
   * @param {string} type
   * @returns {Promise<any>}
   */
  const next = (target, type) => new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

  /**
   * The name and the message of what a promise is rejected with.
   * @param {Promise<unknown>} promise
   */
  const fault = (promise) =>
    promise.then(
      (value) => ["no fault", value],
      ({ name, message }) => [name, message],
    );

  /** What has happened. @type {unknown[][]} */
  const log = [];
  /** @type {(() => void)[]} */
  const waiting = [];

  /** @param {unknown[]} words */
  const tell = (...words) => {
    log.push(words);
    for (const resolve of waiting.splice(0)) resolve();
  };

  /** @param {(log: unknown[][]) => boolean} isThere */
  const until = async (isThere) => {
    while (!isThere(log)) await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    return log;
  };

  /**
   * Stands for a class of WebSockets, as libraries take one: each new one is a dial to the other page.
   * @param {string} _url
   * @param {string | string[]} [protocols]
   */
  function Dial(_url, protocols) {
    const socket = /** @type {PeerWebSocket} */ (page.peer).dial(protocols);
    page.dials.push(socket);
    return socket;
  }
  Object.assign(Dial, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });

  const page = {
    ...{ ws, next, fault, log, tell, until, Dial },
    dials: /** @type {DialedWebSocket[]} */ ([]),
    peer: /** @type {PeerWebSocket | undefined} */ (undefined),
    met: next(ws, "connect").then(({ detail }) => {
      page.peer = detail.target;
    }),
  };
  Object.assign(globalThis, { page });
})();
