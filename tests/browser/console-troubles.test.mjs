/** The console tells what is wrong with a real proxy: who is slow, who was cut, and who is not linked. */

import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, test } from "node:test";

import WebSocket from "ws";

import { end } from "../demo/visit.mjs";
import { card, go, line, look, sentence } from "./console-views.mjs";
import { NwsProxy } from "./proxy.mjs";
import { ownRuntimeFolder, tokenOf } from "./token.mjs";
import { launch, picture } from "./world.mjs";

/**
 * @import { AddressInfo, Socket } from "node:net"
 * @import { Browser } from "playwright-core"
 * @import { TestContext } from "node:test"
 */

ownRuntimeFolder();
/** More than the buffers of a system take. */
const FLOOD = { messages: 100, bytes: 100_000 };

/** @type {Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/**
 * @param {TestContext} t
 * @param {NwsProxy} proxy
 * @param {string} path
 */
async function join(t, proxy, path) {
  const socket = new WebSocket(`${proxy.ws}/${path}`);
  t.after(() => socket.terminate());
  const [data] = await once(socket, "message");
  return { socket, id: JSON.parse(String(data)).source };
}

/** A port at which nobody listens. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {AddressInfo} */ (server.address());
  server.close();
  await once(server, "close");
  return port;
}

test("a reader that has stopped is named, and can be disconnected after a question", async (t) => {
  const proxy = await NwsProxy.during(t);
  const [{ socket }, stopped] = [await join(t, proxy, "busy"), await join(t, proxy, "busy")];
  const raw = /** @type {WebSocket & {_socket: Socket}} */ (stopped.socket);
  raw._socket.pause();
  const text = JSON.stringify({ action: "broadcast", data: "x".repeat(FLOOD.bytes) });
  for (let number = 0; number < FLOOD.messages; number += 1) socket.send(text);
  const page = await look(browser, proxy.http, "network", { token: tokenOf(proxy) });
  await sentence(page)
    .filter({ hasText: `${stopped.id} reads too slowly` })
    .waitFor();
  const item = card(page, /^Slow or cut/)
    .getByRole("listitem")
    .filter({ hasText: stopped.id });
  await item.filter({ hasText: "in busy has taken nothing for" }).waitFor();
  await picture(page, "console-slow");
  await item.getByRole("button", { name: "Disconnect" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await page.getByText(`${stopped.id} was disconnected.`).waitFor();
  await item.waitFor({ state: "detached" });
  await go(page, "events");
  await line(page, "Events", stopped.id).filter({ hasText: "left" }).waitFor();
  await end(page);
});

test("a reader that was cut is named with the reason, in the list and among the events", async (t) => {
  const proxy = await NwsProxy.during(t, "--max-queue-size", "2000000");
  const [{ socket }, stopped] = [await join(t, proxy, "busy"), await join(t, proxy, "busy")];
  const raw = /** @type {WebSocket & {_socket: Socket}} */ (stopped.socket);
  raw._socket.pause();
  const cut = once(socket, "message", { signal: AbortSignal.timeout(40_000) });
  const text = JSON.stringify({ action: "broadcast", data: "x".repeat(FLOOD.bytes) });
  for (let number = 0; number < FLOOD.messages; number += 1) socket.send(text);
  await cut;
  const page = await look(browser, proxy.http, "network", { token: tokenOf(proxy) });
  const item = card(page, /^Slow or cut/)
    .getByRole("listitem")
    .filter({ hasText: stopped.id });
  await item.filter({ hasText: /was cut from busy at [\d:]+: .*bytes waited/ }).waitFor();
  await go(page, "events");
  await line(page, "Events", stopped.id).filter({ hasText: "was cut" }).waitFor();
  await end(page);
});

test("a proxy that is not linked has a reason, a remedy, and is dialled on request", async (t) => {
  const [own, other] = [await freePort(), await freePort()];
  const peer = `127.0.0.1:${other}`;
  const flags = ["--interface", "lo", "--link-port"];
  const proxy = await NwsProxy.during(t, ...flags, String(own), "--peer", peer, "--peer", "nowhere.invalid:9010");
  const page = await look(browser, proxy.http, "network", { token: tokenOf(proxy) });
  await sentence(page).filter({ hasText: "2 of 2 other proxies are not linked" }).waitFor();
  const items = card(page, /^Not linked/).getByRole("listitem");
  await items.filter({ hasText: "nowhere.invalid:9010 has no address" }).waitFor();
  const refused = items.filter({ hasText: `${peer} refuses: no program listens at that port` });
  await refused.getByText("Correct the port, or start the proxy there: nws").waitFor();
  await picture(page, "console-candidates");
  await refused.getByRole("button", { name: `Dial now ${peer}` }).click();
  await page.getByText(`${peer} is being dialled.`).waitFor();
  await NwsProxy.during(t, ...flags, String(other));
  await line(page, "Links to other proxies", peer)
    .filter({ hasText: /linked.*its address.*IPv4/ })
    .waitFor();
  await refused.waitFor({ state: "detached" });
  await sentence(page).filter({ hasText: "nowhere.invalid:9010 has no address" }).waitFor();
  await go(page, "events");
  await line(page, "Events", "this proxy")
    .filter({ hasText: /warning.*nowhere\.invalid:9010/ })
    .waitFor();
  await end(page);
});
