/** In a page: starts a worker that is a parrot, and talks with it. */

import { next } from "./conversation.js";

/**
 * @import { NetworkWebSocketData } from "networkwebsockets"
 * @import { Socket, Sockets } from "./conversation.js"
 */

/**
 * Starts a worker at an address: the promise is broken when the worker is.
 * @typedef {(address: string) => Promise<never>} Start
 */

/**
 * What is heard of the parrot that `start` lets loose, from its coming to its going.
 * @param {Sockets} sockets
 * @param {string} channel
 * @param {string} proxy
 * @param {Start} start
 */
export async function listen({ NetworkWebSocket }, channel, proxy, start) {
  const socket = new NetworkWebSocket(channel, { endpoint: proxy });
  const arrival = next(socket, "connect");
  await next(socket, "open");
  const failure = start(`?${new URLSearchParams({ channel, proxy })}`);
  const {
    detail: { target },
  } = await Promise.race([arrival, failure]);
  const text = await answers(socket, target, "to all");
  const bytes = await answers(target, socket, Uint8Array.of(0, 255));
  const parting = [next(target, "close"), next(socket, "disconnect")];
  target.send("goodbye");
  const ends = await Promise.all(parting);
  socket.close();
  return [text, ...bytes, ...ends.map(({ type }) => type)];
}

/**
 * How pages start workers: each gives a promise that is broken when the worker is.
 * @type {Record<string, (url: string, type: WorkerType) => Promise<never>>}
 */
export const STARTS = {
  dedicated: (url, type) => broken(new Worker(url, { type })),
  shared: (url, type) => broken(new SharedWorker(url, { type })),
  service: async (url, type) => {
    await navigator.serviceWorker.register(url, { type });
    return new Promise(() => {});
  },
};

/**
 * @param {AbstractWorker} worker
 * @returns {Promise<never>}
 */
export function broken(worker) {
  return new Promise((_, reject) => {
    worker.onerror = (event) => reject(new Error(`the worker failed: ${Object(event).message}`));
  });
}

/**
 * @param {Socket} from
 * @param {Socket} to
 * @param {NetworkWebSocketData} data
 */
async function answers(from, to, data) {
  const answer = next(to, "message");
  from.send(data);
  const { data: heard } = await answer;
  return heard instanceof Blob ? new Uint8Array(await heard.arrayBuffer()) : heard;
}
