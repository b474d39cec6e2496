/** A page in Rust that tells its events as lines: `tests/page` says what it can do. */

import { join } from "node:path";

import { within } from "./deadline.mjs";
import { TARGET } from "./proxy.mjs";
import { folder, Site } from "./site.mjs";

/**
 * @import { TestContext } from "node:test"
 * @import { Browser, Page } from "playwright-core"
 */

const HTML = `<!doctype html><title>A page in Rust</title><link rel="icon" href="data:,">
  <script type="module">
    import start, { Member } from "./page.js";
    await start();
    Object.assign(globalThis, { Member, member: null, stream: null, hear: (line) => tell(line) });
    ready();
  </script>`;

export class Teller {
  /** What was told. @type {string[]} */
  lines = [];
  /** How many lines were waited for. */
  #read = 0;
  #wake = () => {};
  #page;

  /**
   * It goes after the test.
   * @param {TestContext} t
   * @param {Browser} browser
   */
  static async start(t, browser) {
    const built = folder(join(TARGET, "pages/test"));
    const site = await Site.start("localhost", async (path) => (path === "/index.html" ? HTML : built(path)));
    t.after(() => site.stop());
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    const teller = new Teller(page, site.origin);
    const ready = new Promise((resolve, reject) => {
      page.exposeFunction("ready", resolve);
      page.on("pageerror", reject);
    });
    ready.then(() => page.on("pageerror", (error) => teller.#hear(`page error: ${error.message}`)));
    await page.exposeFunction("tell", (/** @type {string} */ line) => teller.#hear(line));
    await page.goto(`${site.origin}/`);
    await within("the WebAssembly", ready);
    return teller;
  }

  /**
   * @param {Page} page
   * @param {string} origin
   */
  constructor(page, origin) {
    this.#page = page;
    this.origin = origin;
  }

  /** @param {string} line */
  #hear(line) {
    this.lines.push(line);
    this.#wake();
  }

  /**
   * Runs a line of JavaScript in the page.
   * @param {string} script
   * @returns {Promise<any>}
   */
  do(script) {
    const run = `(async () => (${script}))().catch((error) => { throw new Error(error); })`;
    return within(script, this.#page.evaluate(run));
  }

  /**
   * Joins a channel, and gives the own id.
   * @param {string} channel
   * @param {string} endpoint
   * @returns {Promise<string>}
   */
  async open(channel, endpoint) {
    const place = [channel, endpoint].map((text) => JSON.stringify(text)).join(", ");
    await this.do(`Member.open(${place}, hear).then((one) => void (member = one))`);
    return this.do("member.id");
  }

  /**
   * The next line that looks like this. Those before it are read.
   * @param {RegExp} pattern
   * @returns {Promise<string>}
   */
  line(pattern) {
    return within(`${pattern}`, this.#next(pattern));
  }

  /** @param {RegExp} pattern */
  async #next(pattern) {
    for (;;) {
      while (this.#read < this.lines.length) {
        const line = this.lines[this.#read++] ?? "";
        if (pattern.test(line)) return line;
      }
      await new Promise((resolve) => {
        this.#wake = () => resolve(undefined);
      });
    }
  }
}
