/** What libraries hear when a stream is lost: what they hear from a browser's own WebSocket. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";

import { WebSocketServer } from "ws";

import { portOf } from "../../polyfill/test/port.mjs";
import { met, withLibrary } from "./libraries/stage.mjs";

/** @import { Actor } from "./libraries/stage.mjs" */

const here = withLibrary(`
  export { createClient } from "graphql-ws";
  export { webSocket } from "rxjs/webSocket";
  export { WebSocket as partysocket } from "partysocket";
  export { default as reconnecting } from "reconnecting-websocket";
`);

/** A server of the web that drops each connection when it is told to. */
async function dropping() {
  const server = new WebSocketServer({ port: 0, host: "localhost", handleProtocols: ([first]) => first });
  await once(server, "listening");
  return {
    url: `ws://localhost:${portOf(server)}`,
    drop: () => server.clients.forEach((client) => client.terminate()),
    stop: () => server.close(),
  };
}

/** Each way to use a class of WebSockets, which tells what it hears. */
const USES = {
  "the socket itself": `const socket = new Socket(url);
    socket.onopen = () => page.tell("open");
    socket.onerror = () => page.tell("error");
    socket.onclose = ({ code, wasClean }) => page.tell("close", code, wasClean);`,
  rxjs: `lib.webSocket({ url, WebSocketCtor: Socket, openObserver: { next: () => page.tell("open") } })
    .subscribe({ error: ({ type, code, wasClean }) => page.tell(type, code, wasClean) });`,
  partysocket: `const socket = new lib.partysocket(url, [], { WebSocket: Socket, maxRetries: 0, minReconnectionDelay: 1 });
    for (const type of ["open", "error", "close"]) socket.addEventListener(type, ({ code }) => page.tell(type, code));`,
  "reconnecting-websocket": `const socket = new lib.reconnecting(url, [], { WebSocket: Socket, maxRetries: 0 });
    for (const type of ["open", "error", "close"]) socket.addEventListener(type, ({ code }) => page.tell(type, code));`,
  "graphql-ws": `lib.createClient({
      url, webSocketImpl: Socket, lazy: false, onNonLazyError: () => {}, retryWait: () => new Promise(() => {}),
      on: { opened: () => page.tell("open"), error: () => page.tell("error"), closed: ({ code }) => page.tell("close", code) },
    });`,
};

/** What each tells in the end. @type {Record<string, unknown[]>} */
const ENDS = {
  "the socket itself": ["close", 1006, false],
  rxjs: ["close", 1006, false],
  partysocket: ["close", 1006],
  "reconnecting-websocket": ["close", 1006],
  "graphql-ws": ["close", 1006],
};

for (const [name, use] of Object.entries(USES)) {
  /** @param {Actor} page @param {string} socket @param {string} url */
  const start = (page, socket, url) =>
    page.run(`const [Socket, url] = [${socket}, "${url}"]; ${use} await page.until((log) => log.length === 1);`);

  test(`${name}: a stream that is lost is like a WebSocket that is lost`, async (t) => {
    const server = await dropping();
    t.after(server.stop);
    await met(here, `loss-${name.replaceAll(" ", "-")}`, async (peer, page) => {
      await peer.run("page.ws.ondial = (event) => event.accept(event.protocols[0] ?? '');");
      for (const [socket, url, lose] of /** @type {const} */ ([
        ["WebSocket", server.url, server.drop],
        ["page.Dial", "the peer", peer.leave],
      ])) {
        await start(page, socket, url);
        await lose();
        const log = await page.run("await page.until((log) => log.length > 1); return page.log.splice(0);");
        assert.deepEqual(log.slice(1, 2), [ENDS[name]], socket);
      }
    });
  });
}
