/** How the console gets the token, what it shows without one, and where the token never is. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import WebSocket from "ws";

import { end } from "../demo/visit.mjs";
import { line, look, sentence } from "./console-views.mjs";
import { within } from "./deadline.mjs";
import { NwsProxy, PROGRAM } from "./proxy.mjs";
import { ownRuntimeFolder, tokenOf } from "./token.mjs";
import { launch, picture, tab } from "./world.mjs";

/**
 * @import { Browser, Page, Request } from "playwright-core"
 * @import { TestContext } from "node:test"
 */

const folder = ownRuntimeFolder();
const NAME = "a-secret-name";

/** @type {Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Somebody is in a channel. @param {TestContext} t @param {NwsProxy} proxy */
async function inhabited(t, proxy) {
  const socket = new WebSocket(`${proxy.ws}/${NAME}`);
  t.after(() => socket.terminate());
  const [data] = await once(socket, "message");
  return JSON.parse(String(data)).source;
}

/**
 * Runs `nws console` with a browser that only writes down what it is to open.
 * @param {NwsProxy} proxy
 */
async function opened(proxy) {
  const [opener, told] = [join(folder, "xdg-open"), join(folder, "opened")];
  await writeFile(opener, `#!/bin/sh\nprintf '%s' "$1" > '${told}'\n`);
  await chmod(opener, 0o755);
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const child = spawn(PROGRAM, ["console", "--port", String(proxy.port)], { env, stdio: "inherit" });
  const [code] = await within("the end of nws console", once(child, "exit"));
  assert.equal(code, 0);
  return readFile(told, "utf8");
}

/**
 * Where the page is: every address that it had, and all that it asked for.
 * @param {Page} page
 */
function addresses(page) {
  /** @type {string[]} */
  const seen = [];
  page.on("framenavigated", (frame) => seen.push(frame.url()));
  page.on("request", (request) => seen.push(request.url()));
  page.on("websocket", (socket) => seen.push(socket.url()));
  return seen;
}

test("nws console opens a page that shows names, and the token is in no address", async (t) => {
  const proxy = await NwsProxy.during(t);
  const peer = await inhabited(t, proxy);
  const file = await opened(proxy);
  const page = await tab(browser);
  const seen = addresses(page);
  /** @type {Request[]} */
  const sessions = [];
  page.on("request", (request) => request.url().endsWith("/sessions") && sessions.push(request));
  await page.goto(`file://${file}`);
  await page.waitForURL(`${proxy.http}/console`);
  await page.getByLabel("Peers of").getByText(`${NAME} (1)`).waitFor({ state: "attached" });
  await page.getByRole("link", { name: "Channels" }).click();
  await page.getByRole("button", { name: NAME }).click();
  await line(page, "Peers", peer).filter({ hasText: "here" }).waitFor();
  assert.equal(await page.locator("#names").isVisible(), false);
  const token = tokenOf(proxy);
  assert.ok(token.length > 20);
  assert.deepEqual(
    seen.filter((address) => address.includes(token)),
    [],
  );
  assert.equal(page.url(), `${proxy.http}/console#/channels`);
  assert.equal(await page.evaluate(() => history.length), 3);
  assert.deepEqual(
    sessions.map((request) => request.method()),
    ["POST"],
  );
  await picture(page, "console-names");
  await page.reload();
  await page.getByRole("button", { name: NAME }).waitFor();
  await end(page);
});

test("without a token there are digests, and the page says how to see names", async (t) => {
  const proxy = await NwsProxy.during(t);
  const peer = await inhabited(t, proxy);
  const page = await look(browser, proxy.http, "channels");
  await page.locator("#names").getByText(`nws console --port ${proxy.port}`).waitFor();
  await page.getByRole("button", { name: /^#[0-9a-z]{8}$/ }).click();
  await line(page, "Peers", "#0-").filter({ hasText: "here" }).waitFor();
  assert.equal(await page.getByText(NAME).count(), 0);
  assert.equal(await page.getByText(peer).count(), 0);
  assert.equal(await page.getByRole("button", { name: "Disconnect" }).count(), 0);
  await picture(page, "console-digests");
  await end(page);
});

test("a proxy that hangs is noticed, and so is that it goes on", async (t) => {
  const proxy = await NwsProxy.during(t);
  const page = await look(browser, proxy.http);
  await sentence(page).filter({ hasText: "Nobody is in a channel." }).waitFor();
  page.removeAllListeners("console");
  proxy.freeze();
  await sentence(page).filter({ hasText: "has not answered for" }).waitFor();
  proxy.thaw();
  await sentence(page).filter({ hasText: "Nobody is in a channel." }).waitFor();
  await page.getByRole("link", { name: "Events" }).click();
  await line(page, "Events", "The proxy did not answer for").waitFor();
  await end(page);
});

test("a code is good once, and one that is not good leaves a page that works and says so", async (t) => {
  const proxy = await NwsProxy.during(t);
  await inhabited(t, proxy);
  const code = /#(code=[^"]+)/.exec(await readFile(await opened(proxy), "utf8"))?.[1];
  const [first, second] = [await tab(browser), await tab(browser)];
  for (const page of [first, second]) await page.goto(`${proxy.http}/console#${code}`);
  await first.getByLabel("Peers of").getByText(`${NAME} (1)`).waitFor({ state: "attached" });
  await second.locator("#names").getByText("The code that opened this page was used or is too old").waitFor();
  await sentence(second).filter({ hasText: "1 peer in 1 channel" }).waitFor();
  assert.equal(second.url(), `${proxy.http}/console`);
  assert.ok(second.faults.every((fault) => fault.includes("401")));
  await end(first);
  await second.context().close();
});

test("a proxy that has started anew does not know the token: the page goes on with digests and says so", async (t) => {
  const proxy = await NwsProxy.during(t);
  const page = await look(browser, proxy.http, "network", { token: tokenOf(proxy) });
  await sentence(page).filter({ hasText: "Nobody is in a channel." }).waitFor();
  page.removeAllListeners("console");
  await proxy.stop();
  await sentence(page).filter({ hasText: "has not answered for" }).waitFor();
  await proxy.again();
  await page.locator("#names").getByText("The proxy has started anew").waitFor();
  await inhabited(t, proxy);
  await sentence(page).filter({ hasText: "1 peer in 1 channel" }).waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await end(page);
});
