/** Sites of the internet, as far as a browser can tell: by https and by http, and a browser that takes them for that. */

import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";

import { DEADLINE_MS } from "./deadline.mjs";
import { nobody } from "./nobody.mjs";
import { NwsProxy, TARGET } from "./proxy.mjs";
import { Site } from "./site.mjs";
import { launch } from "./world.mjs";

/**
 * @import { Browser, Frame } from "playwright-core"
 * @import { Identity } from "./site.mjs"
 */

const CERTIFICATE = join(TARGET, "debug/examples/certificate");
const LIBRARY = fileURLToPath(new URL("../../polyfill/dist/networkwebsockets.js", import.meta.url));
const ATTEMPT = fileURLToPath(new URL("attempt.js", import.meta.url));

/** What a test file starts before its tests and ends after them: the sites, a browser, a proxy, and where none is. */
export function internet() {
  const net = new Internet();
  before(() => net.start());
  after(() => net.stop());
  return net;
}

class Internet {
  /** @type {{stop(): unknown}[]} */
  #started = [];
  /** @type {Browser | null} */
  #browser = null;
  /** @type {NwsProxy | null} */
  #proxy = null;
  /** Origins: of a site by https, another one, one by http, and one of this machine. */
  secure = "";
  other = "";
  insecure = "";
  loopback = "";
  /** Where nothing listens. */
  down = "";

  async start() {
    const identity = selfSigned();
    const [secure, insecure, loopback] = await Promise.all(
      [identity, undefined, undefined].map((own) => this.#keep(Site.start("127.0.0.1", pages, own))),
    );
    this.#proxy = await this.#keep(NwsProxy.start());
    this.#browser = await launch(undefined, [
      "--ignore-certificate-errors",
      "--host-resolver-rules=MAP *.test 127.0.0.1",
      `--ip-address-space-overrides=${[secure, insecure].map((site) => `${new URL(site.origin).host}=public`).join()}`,
    ]);
    /**
     * @param {Site} site
     * @param {string} host
     */
    const named = (site, host) => site.origin.replace("127.0.0.1", host);
    this.secure = named(secure, "public.test");
    this.other = named(secure, "other.test");
    this.insecure = named(insecure, "public.test");
    this.loopback = loopback.origin;
    this.down = await nobody();
  }

  /**
   * @template {{stop(): unknown}} Started
   * @param {Promise<Started>} starting
   */
  async #keep(starting) {
    const started = await starting;
    this.#started.push(started);
    return started;
  }

  get proxy() {
    if (!this.#proxy) throw new Error("The proxy runs during tests only.");
    return this.#proxy;
  }

  get browser() {
    if (!this.#browser) throw new Error("The browser runs during tests only.");
    return this.#browser;
  }

  async stop() {
    await this.#browser?.close();
    await Promise.all(this.#started.map((started) => started.stop()));
  }

  /**
   * Runs `body` with the frame that a page has, or with the page itself.
   * @param {string} address
   * @param {string[] | undefined} permissions
   * @param {(frame: Frame) => unknown} body
   */
  async visit(address, permissions, body) {
    const context = await this.browser.newContext({ ignoreHTTPSErrors: true, permissions });
    const page = await context.newPage();
    page.setDefaultTimeout(DEADLINE_MS);
    try {
      await page.goto(address);
      await body(page.frames()[1] ?? page.mainFrame());
    } finally {
      await context.close();
    }
  }
}

/** The permission that a site of the internet needs, given. */
export const GRANTED = ["local-network-access"];

/** What the browser's own interface says of that permission. */
/** @param {Frame} frame */
export const permission = (frame) => frame.evaluate(() => globalThis.permission());

/**
 * The address of a page with a frame, for `Site`s that serve `pages`.
 * @param {string} origin
 * @param {string} framed
 * @param {string} [allow]
 */
export function framing(origin, framed, allow = "") {
  return `${origin}/frame/${encodeURIComponent(JSON.stringify([framed, allow]))}.html`;
}

/**
 * The address of a page with a Content-Security-Policy.
 * @param {string} origin
 * @param {string} policy
 */
export function strict(origin, policy) {
  return `${origin}/strict/${encodeURIComponent(policy)}.html`;
}

/**
 * Any page with the library and the script of this folder.
 * @param {string} path
 */
export async function pages(path) {
  const [, kind, argument] = path
    .replace(/\.html$/, "")
    .split("/")
    .map(decodeURIComponent);
  if (kind === "worker.js") return Buffer.concat([await readFile(LIBRARY), await readFile(ATTEMPT)]);
  if (kind === "sandbox") return sandbox();
  if (kind === "frame") {
    const [source, allow] = JSON.parse(argument);
    return frame(source, allow);
  }
  const policy = kind === "strict" ? `<meta http-equiv="content-security-policy" content="${argument}">` : "";
  const scripts = `<script>${await readFile(LIBRARY)}</script><script>${await readFile(ATTEMPT)}</script>`;
  return `<!doctype html><link rel="icon" href="data:,">${policy}${scripts}`;
}

/**
 * @param {string} source
 * @param {string} allow
 */
function frame(source, allow) {
  return `<!doctype html><link rel="icon" href="data:,"><iframe src="${source}" allow="${allow}"></iframe>`;
}

/** With a frame that has an opaque origin; what workers run does for it, too. */
function sandbox() {
  const source = "<script src=/worker.js></script>";
  return `<!doctype html><link rel="icon" href="data:,"><iframe sandbox="allow-scripts" srcdoc="${source}"></iframe>`;
}

/** @returns {Identity} */
function selfSigned() {
  if (!existsSync(CERTIFICATE)) {
    throw new Error(
      `${CERTIFICATE} is missing: run \`cargo xtask test\`, or \`cargo build -p nws-tests --example certificate\``,
    );
  }
  const lines = execFileSync(CERTIFICATE, { encoding: "utf8" }).split("\n");
  const [key, certificate] = lines.map((line) => Buffer.from(line, "base64"));
  return {
    key: createPrivateKey({ key, format: "der", type: "pkcs8" }).export({ format: "pem", type: "pkcs8" }),
    cert: new X509Certificate(certificate).toString(),
  };
}
