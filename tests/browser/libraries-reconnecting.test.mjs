/** partysocket and reconnecting-websocket, which make a `NetworkWebSocket`, or a dial, anew for each connection. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { met, withLibrary } from "./libraries/stage.mjs";

/** @import { Actor } from "./libraries/stage.mjs" */

const here = withLibrary(
  'export { WebSocket as partysocket } from "partysocket"; export { default as reconnecting } from "reconnecting-websocket";',
);

/** Makes a socket of a library, and tells of its events in the order in which its handlers hear them. */
const MAKES = `page.make = (name, url, options = {}) => {
    const socket = new lib[name](url, undefined, {
      WebSocket: NetworkWebSocket, minReconnectionDelay: 10, maxReconnectionDelay: 50, ...options,
    });
    socket.onopen = () => page.tell("open");
    socket.onmessage = ({ data, senderId }) => page.tell("message", data, senderId === page.peer.id);
    socket.onerror = () => page.tell("error");
    socket.onclose = ({ code, reason }) => page.tell("close", code, reason);
    return (page.socket = socket);
  };
  page.opens = (n) => page.until((log) => log.filter(([word]) => word === "open").length === n);
  page.heard = (n) => page.until((log) => log.filter(([word]) => word === "message").length === n);`;

/** What has happened, without details. @param {unknown[][]} log */
const words = (log) => log.map(([word]) => word);

for (const name of ["partysocket", "reconnecting"]) {
  /**
   * @param {string} channel
   * @param {(other: Actor, page: Actor) => Promise<void>} body
   */
  const inChannel = (channel, body) =>
    met(here, `${name}-${channel}`, async (other, page) => {
      await page.run(MAKES);
      await body(other, page);
    });

  test(`${name}: opens a channel, speaks and hears, with the members of WebSocket`, async () => {
    await inChannel("talk", async (other, page) => {
      await other.run("page.heard = page.next(page.ws, 'message');");
      const state = await page.run(`const socket = page.make("${name}", page.ws.channel);
        const early = [socket.readyState, socket.send("early")];
        await page.opens(1);
        return [early[0], socket.readyState, socket.url === page.ws.url, socket.protocol, socket.extensions];`);
      assert.deepEqual(state, [0, 1, true, "", ""]);
      assert.equal(await other.run("return (await page.heard).data"), "early", "what is said before open is kept");
      await other.run("page.ws.send('hello');");
      assert.deepEqual((await page.run("return page.heard(1)")).at(-1), ["message", "hello", true]);
      const bytes = await page.run(`page.socket.binaryType = "arraybuffer";
        const bytes = new Promise((resolve) => page.socket.addEventListener("message", ({ data }) => resolve(data)));
        page.ws.send(new Uint8Array([1, 2]));
        return [...new Uint8Array(await bytes)];`);
      assert.deepEqual(bytes, [1, 2]);
      await page.run(`page.cloned = new Promise((resolve) => page.socket.addEventListener("message", resolve));`);
      await other.run("page.ws.send('hello');");
      const cloned = await page.run(
        "const { data, senderId } = await page.cloned; return [data, senderId !== undefined];",
      );
      assert.deepEqual(cloned, ["hello", name === "reconnecting"]);
    });
  });

  test(`${name}: tells of no peer, which NetworkWebSocket does`, async () => {
    await inChannel("peers", async (_, page) => {
      const told = await page.run(`const socket = page.make("${name}", page.ws.channel);
        let connects = 0;
        socket.addEventListener("connect", () => connects++);
        await page.opens(1);
        await page.next(socket._ws, "sync");
        return [connects, socket.peers, socket.id, socket._ws.peers.length];`);
      assert.deepEqual(
        told,
        [0, undefined, undefined, 2].map((value) => value ?? undefined),
      );
    });
  });

  test(`${name}: connects again when the proxy was killed, and sends what was said meanwhile`, async () => {
    await inChannel("kill", async (other, page) => {
      await page.run(`page.gate = Promise.resolve(page.ws.channel);
        page.make("${name}", () => page.gate);
        await page.opens(1);
        page.gate = new Promise((resolve) => (page.openGate = resolve));`);
      await other.run("page.ws.close(); page.ws = new NetworkWebSocket(page.ws.channel, { reconnect: true });");
      await here.proxy.kill();
      await page.run(
        "await page.until((log) => log.some(([word]) => word === 'close')); page.socket.send('meanwhile');",
      );
      await here.proxy.again();
      await other.run(`if (page.ws.readyState !== 1) await page.next(page.ws, "open");
        page.heard = page.next(page.ws, "message");`);
      const log = await page.run(`page.openGate("${name}-kill"); return page.opens(2);`);
      assert.deepEqual(words(log), ["open", "close", "open"]);
      assert.equal(await other.run("return (await page.heard).data"), "meanwhile");
      assert.deepEqual(log[1].slice(1), [1006, ""]);
    });
  });

  test(`${name}: close ends it, and reconnect begins anew, at the address that comes next`, async () => {
    await inChannel("close", async (other, page) => {
      const log = await page.run(`const urls = [page.ws.channel, page.ws.channel + ".2"];
        page.make("${name}", () => urls.shift());
        await page.opens(1);
        page.socket.close(3001, "enough");
        await page.until((log) => log.length === 2);
        page.socket.reconnect();
        await page.opens(2);
        return page.log;`);
      // The proxy answers with the code alone. partysocket tells at once what the page said itself.
      const reason = name === "partysocket" ? "enough" : "";
      assert.deepEqual(log, [["open"], ["close", 3001, reason], ["open"]]);
      assert.equal(await page.run("return page.socket._ws.channel"), `${name}-close.2`);
      assert.equal(await other.run("return page.ws.peers.filter(({ readyState }) => readyState === 1).length"), 1);
    });
  });

  test(`${name}: gives up after maxRetries`, async () => {
    await inChannel("retries", async (_, page) => {
      const told = await page.run(`let made = 0;
        class Nowhere extends NetworkWebSocket {
          constructor(channel) { super(channel, { endpoint: "ws://localhost:1" }); made++; }
        }
        const socket = page.make("${name}", page.ws.channel, { WebSocket: Nowhere, maxRetries: 2 });
        await page.until((log) => log.filter(([word]) => word === "error").length === 3);
        return [made, socket.retryCount, socket.readyState];`);
      assert.deepEqual(told, [3, 2, 3]);
    });
  });

  test(`${name}: dials again when the other end closes, and buffers meanwhile`, async () => {
    await inChannel("dial", async (server, page) => {
      await server.run(`page.ws.ondial = (event) => {
          const socket = (page.served = event.accept());
          socket.onmessage = ({ data }) => { page.tell(data); socket.send("back " + data); };
        };`);
      await page.run(`page.make("${name}", "the peer", { WebSocket: page.Dial });
        page.socket.send("one");
        await page.heard(1);`);
      for (const code of [1000, 4000]) await again(server, page, code);
      assert.deepEqual(await server.run("return page.log.flat()"), ["one", "1000", "4000"]);
    });
  });
}

/**
 * The server closes a stream, and the client opens the next one.
 * @param {Actor} server
 * @param {Actor} page
 * @param {number} code
 */
async function again(server, page, code) {
  await server.run(`page.served.close(${code}, "again")`);
  const log = await page.run(`await page.until((log) => log.some(([word, code]) => code === ${code}));
    page.socket.send("${code}");
    return page.until((log) => log.some(([word, data]) => data === "back ${code}"));`);
  assert.deepEqual(log.slice(-3), [["close", code, "again"], ["open"], ["message", `back ${code}`, true]]);
}
