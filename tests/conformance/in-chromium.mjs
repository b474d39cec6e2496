/** The npm package in Chromium, as a client under test: its core is the client in Rust, as WebAssembly. */

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";

import { launch } from "../browser/world.mjs";

/** @import { Page } from "playwright-core" */

/** @type {Record<string, string>} */
const FILES = {
  "/networkwebsockets-streams.mjs": join(import.meta.dirname, "../../polyfill/dist"),
  "/npm-driver.js": import.meta.dirname,
};

const PAGE = `<!doctype html><script type="module">
  import * as networkwebsockets from "/networkwebsockets-streams.mjs";
  import { Driver } from "/npm-driver.js";
  const told = [];
  // What happens in one task is told together.
  const driver = new Driver(networkwebsockets, (event) => {
    if (told.push(JSON.stringify(event)) === 1) setTimeout(() => tell(told.splice(0)));
  });
  globalThis.obey = (lines) => lines.forEach((line) => driver.obey(JSON.parse(line)));
</script>`;

/**
 * Passes commands on until there are no more, as many at once as wait.
 * @param {Page} page
 */
async function obey(page) {
  /** @type {string[]} */
  const waiting = [];
  let passing = Promise.resolve();
  const pass = async () => {
    const lines = waiting.splice(0);
    if (lines.length) await page.evaluate((lines) => /** @type {any} */ (globalThis).obey(lines), lines);
  };
  for await (const line of createInterface(process.stdin)) {
    waiting.push(line);
    passing = passing.then(pass);
  }
  await passing;
}

const site = createServer(async ({ url = "" }, response) => {
  const folder = FILES[url];
  const script = folder && (await readFile(join(folder, basename(url))));
  response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html" }).end(script || PAGE);
});
site.listen(0, "127.0.0.1");
await once(site, "listening");
const browser = await launch();
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(`in the page: ${error.message}`));
  await page.exposeFunction("tell", (/** @type {string[]} */ lines) => console.log(lines.join("\n")));
  const address = site.address();
  await page.goto(`http://127.0.0.1:${address && typeof address === "object" ? address.port : 0}/`);
  await page.waitForFunction("globalThis.obey");
  await obey(page);
} finally {
  await browser.close();
  site.close();
}
