/**
 * A proxy, a Chromium and two sites for tests with libraries. In the browser `localhost:9009` is this proxy, so pages run
 * as they are written.
 */

import { readFile } from "node:fs/promises";
import { after, before } from "node:test";

import { within } from "../deadline.mjs";
import { NwsProxy } from "../proxy.mjs";
import { Site } from "../site.mjs";
import { launch, tab } from "../world.mjs";
import { library } from "./bundle.mjs";

/**
 * @import { Browser } from "playwright-core"
 * @import { Read } from "../site.mjs"
 * @import { Tab } from "../world.mjs"
 */

/** @typedef {{proxy: NwsProxy, browser: Browser, sites: Site[]}} Stage */

/**
 * @param {(proxy: NwsProxy) => Promise<Read>} pages what the sites serve
 * @returns {Stage} filled before the first test
 */
export function stage(pages) {
  // Tests begin after `before`, and so read nothing that is not there.
  const started = /** @type {Stage} */ ({});
  before(async () => {
    started.proxy = await NwsProxy.start("--allow-host", "localhost:9009");
    const rule = `--host-resolver-rules=MAP localhost:9009 127.0.0.1:${started.proxy.port}`;
    started.browser = await launch(undefined, [rule]);
    const read = await pages(started.proxy);
    started.sites = [await Site.start("localhost", read), await Site.start("127.0.0.1", read)];
  });
  after(async () => {
    await started.browser?.close();
    await Promise.all((started.sites ?? []).map((site) => site.stop()));
    await started.proxy?.stop();
  });
  return started;
}

/**
 * Pages that have a channel's socket and a global `lib`.
 * @param {string} exported the module whose exports `lib` has
 */
export function withLibrary(exported) {
  return stage(async (proxy) => {
    const scripts = [`${proxy.http}/networkwebsockets-streams.js`, "lib.js", "page.js"];
    const tags = scripts.map((script) => `<script src="${script}"></script>`);
    const texts = new Map([
      ["/index.html", `<!doctype html><link rel="icon" href="data:,">${tags.join("")}`],
      ["/lib.js", await library(exported)],
      ["/page.js", await readFile(new URL("page.js", import.meta.url), "utf8")],
    ]);
    return async (path) => {
      const text = texts.get(path);
      if (text === undefined) throw new Error("no such page");
      return text;
    };
  });
}

/** Runs statements in a page, and gives what they return. @typedef {(script: string) => Promise<any>} Run */

/** A page of a test. @typedef {{run: Run, leave: () => Promise<void>, tab: Tab}} Actor */

/**
 * Two pages of two sites that have met in a channel.
 * @param {Stage} here
 * @param {string} channel
 * @param {(a: Actor, b: Actor) => Promise<void>} body
 */
export async function met(here, channel, body) {
  const actors = await Promise.all(here.sites.map((site) => enter(here.browser, `${site.origin}/?channel=${channel}`)));
  try {
    await Promise.all(actors.map(({ run }) => run("await page.met")));
    await body(actors[0], actors[1]);
  } finally {
    await Promise.all(actors.map(({ leave }) => leave()));
  }
}

/**
 * @param {Browser} browser
 * @param {string} address
 * @returns {Promise<Actor>}
 */
export async function enter(browser, address) {
  const page = await tab(browser);
  await page.goto(address);
  return {
    tab: page,
    run: (script) => within("a script in a page", page.evaluate(`(async () => { ${script} })()`)),
    leave: () => page.context().close(),
  };
}
