/** What the release workflow runs to publish npm packages: against a registry on this machine. */

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { test } from "node:test";
import { promisify } from "node:util";

import { portOf } from "../../polyfill/test/port.mjs";

/**
 * @import { IncomingMessage, ServerResponse } from "node:http"
 * @import { TestContext } from "node:test"
 * @typedef {{versions: {[version: string]: object}, "dist-tags": {[tag: string]: string}}} Description
 */

const SCRIPT = new URL("../../xtask/publish/npm.mjs", import.meta.url).pathname;
const DEADLINE = 60_000;

/** A registry that keeps what npm publishes. */
class Shelf {
  /** @type {Map<string, Description>} */
  packages = new Map();
  /** In the order in which they came. @type {string[]} */
  published = [];
  /** Names whose publication fails. @type {Set<string>} */
  refused = new Set();
  #server = createServer((request, response) => void this.#serve(request, response));

  /** @param {TestContext} t */
  static async during(t) {
    const shelf = new Shelf();
    shelf.#server.listen(0, "127.0.0.1");
    await once(shelf.#server, "listening");
    t.after(() => shelf.#server.close());
    return shelf;
  }

  get address() {
    return `127.0.0.1:${portOf(this.#server)}`;
  }

  /**
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   */
  async #serve(request, response) {
    const name = decodeURIComponent((request.url ?? "/").slice(1).split("?")[0]);
    if (request.method === "PUT" && this.refused.has(name)) {
      response.writeHead(403).end("{}");
    } else if (request.method === "PUT") {
      const sent = /** @type {Description} */ (await json(request));
      const known = this.packages.get(name) ?? { versions: {}, "dist-tags": {} };
      Object.assign(known.versions, sent.versions);
      Object.assign(known["dist-tags"], sent["dist-tags"]);
      this.packages.set(name, known);
      this.published.push(name);
      response.writeHead(201).end("{}");
    } else {
      const found = this.packages.get(name);
      response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify(found ? { name, ...found } : { error: "not found" }));
    }
  }
}

/** A folder with packed packages, and the script that publishes them. */
class Folder {
  #root;
  #shelf;

  /**
   * @param {TestContext} t
   * @param {Shelf} shelf
   */
  constructor(t, shelf) {
    this.#root = mkdtempSync(join(tmpdir(), "nws-publish-"));
    this.#shelf = shelf;
    t.after(() => rmSync(this.#root, { recursive: true }));
    mkdirSync(join(this.#root, "npm"));
    writeFileSync(join(this.#root, "npmrc"), `//${shelf.address}/:_authToken=token\n`);
  }

  /**
   * @param {string} name
   * @param {string} version
   * @param {object} [more]
   */
  pack(name, version, more = {}) {
    const source = mkdtempSync(join(this.#root, "source-"));
    writeFileSync(join(source, "package.json"), JSON.stringify({ name, version, ...more }));
    const to = ["pack", "--silent", "--pack-destination", join(this.#root, "npm")];
    execFileSync("npm", to, { cwd: source, env: this.#env });
  }

  publish() {
    const options = { env: this.#env, timeout: DEADLINE };
    return promisify(execFile)(process.execPath, [SCRIPT, join(this.#root, "npm")], options);
  }

  get #env() {
    const { PATH } = process.env;
    const npm_config_userconfig = join(this.#root, "npmrc");
    const npm_config_cache = join(this.#root, "cache");
    const npm_config_registry = `http://${this.#shelf.address}`;
    const npm_config_fetch_retries = "0";
    return {
      PATH,
      HOME: this.#root,
      npm_config_userconfig,
      npm_config_cache,
      npm_config_registry,
      npm_config_fetch_retries,
    };
  }
}

test("the launcher comes last, and a second run publishes nothing", async (t) => {
  const shelf = await Shelf.during(t);
  const folder = new Folder(t, shelf);
  folder.pack("a-launcher", "1.0.0", { optionalDependencies: { "z-linux": "1.0.0" } });
  folder.pack("z-linux", "1.0.0");
  await folder.publish();
  assert.deepEqual(shelf.published, ["z-linux", "a-launcher"]);
  assert.deepEqual(shelf.packages.get("a-launcher")?.["dist-tags"], { latest: "1.0.0" });
  const { stdout } = await folder.publish();
  assert.match(stdout, /z-linux 1\.0\.0 is published already/);
  assert.equal(shelf.published.length, 2);
});

test("a publication that has failed goes on where it ended", async (t) => {
  const shelf = await Shelf.during(t);
  const folder = new Folder(t, shelf);
  folder.pack("a", "1.0.0");
  folder.pack("b", "1.0.0");
  shelf.refused.add("b");
  await assert.rejects(folder.publish());
  shelf.refused.clear();
  await folder.publish();
  assert.deepEqual(shelf.published, ["a", "b"]);
});

test("a version for those who try it is not the latest one", async (t) => {
  const shelf = await Shelf.during(t);
  const folder = new Folder(t, shelf);
  folder.pack("a", "1.0.0-rc.1");
  await folder.publish();
  assert.deepEqual(shelf.packages.get("a")?.["dist-tags"], { next: "1.0.0-rc.1" });
});

test("other bytes under a published version are a fault", async (t) => {
  const shelf = await Shelf.during(t);
  const folder = new Folder(t, shelf);
  folder.pack("a", "1.0.0");
  await folder.publish();
  folder.pack("a", "1.0.0", { description: "changed" });
  await assert.rejects(folder.publish(), /a 1\.0\.0 is published with other bytes/);
});

test("a folder without packages is a fault", async (t) => {
  const folder = new Folder(t, await Shelf.during(t));
  await assert.rejects(folder.publish(), /has no package: build it by `cargo xtask dist --all`/);
});
