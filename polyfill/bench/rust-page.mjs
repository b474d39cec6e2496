/**
 * What it costs a page to receive 64 bytes: with the crate, compiled to WebAssembly, and with the class of this package.
 * `CARGO_TARGET_DIR=… node bench/rust-page.mjs [--json] [--repetitions 9]`, after `cargo xtask build --pages`.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";

import { addressOf, launch, percentile, print, serve } from "./browser.mjs";

/** @import { CDPSession, Page } from "playwright-core" */

const { values } = parseArgs({ options: { json: { type: "boolean" }, repetitions: { type: "string", default: "9" } } });
const COUNT = 20_000;
const SIZE = 64;
const PAGES = join(process.env.CARGO_TARGET_DIR ?? join(import.meta.dirname, "../../target"), "pages");

/** One of the two: how it joins and how it counts, as scripts. @typedef {{page: Page, devtools: CDPSession}} Side */

const source = fork(join(import.meta.dirname, "flood.mjs"));
const [endpoint] = await once(source, "message");
const sites = [
  await serve('import * as contenders from "/contenders.mjs"; globalThis.contenders = contenders;'),
  await rustSite(),
];
const browser = await launch();
const [ours, rust] = await Promise.all(sites.map((site) => open(addressOf(site))));
await ours.page.waitForFunction("globalThis.contenders");
await ours.page.evaluate(`contenders.open("ours", ${JSON.stringify(endpoint)}, "ours.1")`);
await rust.page.waitForFunction("globalThis.Member");
await rust.page.evaluate(
  `Member.openIdle("rust.1", ${JSON.stringify(endpoint)}).then((member) => void (globalThis.member = member))`,
);
/** @type {{ours: number, rust: number}[]} */
const rounds = [];
for (let i = 0; i <= Number(values.repetitions); i++) {
  rounds.push({
    ours: await busy(ours, "ours.1", `contenders.receive("ours.1", ${COUNT}).then(({ bytes }) => bytes)`),
    rust: await busy(rust, "rust.1", `member.count(${COUNT})`),
  });
}
await browser.close();
for (const site of sites) site.close();
source.disconnect();
print(figures(rounds.slice(1)));

/** The page that `cargo xtask build --pages` makes. */
async function rustSite() {
  const html = `<!doctype html><script type=module>
    import start, { Member } from "/page.js";
    await start();
    globalThis.Member = Member;
  </script>`;
  const types = { "/page.js": "text/javascript", "/page_bg.wasm": "application/wasm" };
  const server = createServer(({ url = "" }, response) => {
    const type = Object.entries(types).find(([path]) => path === url)?.[1];
    response.writeHead(200, { "content-type": type ?? "text/html" });
    response.end(type ? readFileSync(join(PAGES, "test", url)) : html);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

/** @param {string} address */
async function open(address) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(address);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  return { page, devtools };
}

/**
 * Microseconds of the page's main thread for a message.
 * @param {Side} side
 * @param {string} client
 * @param {string} counts
 */
async function busy({ page, devtools }, client, counts) {
  await page.evaluate(`globalThis.counted = ${counts}, undefined`);
  const before = await threadTime(devtools);
  source.send({ client, order: "flood", kind: "text", action: "broadcast", size: SIZE, count: COUNT });
  const bytes = await page.evaluate("counted");
  if (bytes !== COUNT * SIZE) throw new Error(`${client} got ${bytes} bytes of ${COUNT * SIZE}`);
  return ((await threadTime(devtools)) - before) / COUNT;
}

/** In microseconds. @param {CDPSession} devtools */
async function threadTime(devtools) {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return (metrics.find(({ name }) => name === "ThreadTime")?.value ?? 0) * 1e6;
}

/** @param {{ours: number, rust: number}[]} measured */
function figures(measured) {
  /** @param {(round: {ours: number, rust: number}) => number} value */
  const median = (value) => percentile(measured.map(value), 0.5);
  /** @param {string} file */
  const gzip = (file) => gzipSync(readFileSync(join(PAGES, "example", file)), { level: 9 }).length;
  return {
    class_us: median((round) => round.ours),
    rust_us: median((round) => round.rust),
    ratio: median((round) => round.rust / round.ours),
    gzip_bytes: gzip("page.js") + gzip("page_bg.wasm"),
  };
}
