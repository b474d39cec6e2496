/** Tests in a real Chromium, each with a page of its own and a fake proxy of its own. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { dist } from "./dist.mjs";
import { FakeProxy } from "./fake-proxy.mjs";
import { FLAGS } from "./flags.mjs";
import { portOf } from "./port.mjs";

/**
 * @import { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from "node:http"
 * @import { Browser, Page } from "playwright-core"
 */

/** No test waits longer for anything: far beyond what takes its normal course, even on a busy machine. */
const DEADLINE = 60_000;

/** A service worker that keeps every answer, for good. */
const HOARDER = `
  addEventListener("install", () => skipWaiting());
  addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  addEventListener("fetch", (event) => event.respondWith(answer(event.request)));
  async function answer(request) {
    const cache = await caches.open("all");
    const response = (await cache.match(request)) ?? (await fetch(request));
    await cache.put(request, response.clone());
    return response;
  }`;

/** @type {Record<string, string>} */
const TYPES = { html: "text/html", js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm" };
/** @type {Record<string, string>} */
const PAGES = {
  "/hoarder.js": HOARDER,
  "/blank.html": "<!doctype html>",
  "/script.html": withScripts("networkwebsockets", "recorder"),
  "/same.html": withScripts("networkwebsockets", "recorder", "same"),
  "/streams.html": withScripts("networkwebsockets-streams", "recorder", "echo-peer", "same"),
};

/**
 * Headers of pages, which have the scripts of `/script.html`.
 * @type {Record<string, OutgoingHttpHeaders>}
 */
const POLICIES = {
  "/barred.html": { "content-security-policy": "connect-src 'self'" },
  "/reported.html": { "content-security-policy-report-only": "connect-src 'self'" },
  "/coreless.html": { "content-security-policy": "script-src 'self'" },
};

/** @type {Browser} */
let browser;
/** @type {Server} */
let site;

before(async () => {
  site = createServer(serve).listen(0, "127.0.0.1");
  await once(site, "listening");
  browser = await launch();
});

after(async () => {
  await browser?.close();
  site?.close();
  site?.closeAllConnections();
});

/**
 * The browser that the tests use; CHROMIUM names another than Debian's. Playwright forbids it some
 * things, unless told not to.
 * @param {string[]} [ignoreDefaultArgs]
 */
export function launch(ignoreDefaultArgs = []) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  // A proxy that somebody runs on the usual port takes no part.
  const alone = "--host-resolver-rules=MAP *:9009 ~NOTFOUND";
  return chromium.launch({
    executablePath,
    headless: true,
    ignoreDefaultArgs,
    args: [...FLAGS, alone],
  });
}

/** @typedef {{page: Page, proxy: FakeProxy, endpoint: string, errors: string[]}} Test */

/**
 * Runs `body` with a page that has loaded `path`, and with a proxy. What the page reports as errors is in `errors`: a test
 * that wants some takes them from there.
 * @param {string} name
 * @param {(test: Test) => Promise<unknown>} body
 * @param {string} [path]
 * @param {number} [timeout] in milliseconds
 */
export function inPage(name, body, path = "/script.html", timeout = DEADLINE) {
  test(name, { timeout }, async () => {
    const proxy = await FakeProxy.listen();
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      /** @type {string[]} */
      const errors = [];
      page.on("pageerror", ({ message }) => errors.push(message));
      await page.goto(`http://127.0.0.1:${portOf(site)}${path}`);
      await body({ page, proxy, endpoint: proxy.endpoint, errors });
      assert.deepEqual(errors, []);
    } finally {
      await context.close();
      proxy.close();
    }
  });
}

/**
 * Stops a page's clock: from here on only the test moves it.
 * @param {Page} page
 */
export async function stopClock(page) {
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(3_600_000);
}

/**
 * Lets the sockets that a page has just made begin to connect, where the clock is stopped.
 * @param {Page} page
 */
export async function begin(page) {
  await page.clock.runFor(1);
}

/**
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 */
async function serve({ url = "" }, response) {
  const policy = POLICIES[url];
  const content = PAGES[policy ? "/script.html" : url] ?? (await read(url));
  const type = TYPES[extname(url).slice(1)] ?? "text/plain";
  response.writeHead(content === undefined ? 404 : 200, { "content-type": type, ...policy });
  response.end(content);
}

/** @param {string[]} names */
function withScripts(...names) {
  return `<!doctype html><body>${names.map((name) => `<script src=/${name}.js></script>`).join("")}`;
}

/** @param {string} url */
async function read(url) {
  const folder = ["/echo-peer.js", "/recorder.js", "/same.js"].includes(url) ? import.meta.dirname : dist;
  return readFile(join(folder, url)).catch(() => undefined);
}
