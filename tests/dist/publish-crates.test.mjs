/** What the release workflow runs to publish crates: cargo itself, against a registry on this machine. */

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { promisify } from "node:util";

import { portOf } from "../../polyfill/test/port.mjs";

/**
 * @import { IncomingMessage, ServerResponse } from "node:http"
 * @import { TestContext } from "node:test"
 */

const SCRIPT = new URL("../../xtask/publish/crates.mjs", import.meta.url).pathname;
const DEADLINE = 120_000;

/** A registry that keeps what cargo publishes, and has an index of it. */
class Shelf {
  /** The lines of the index, by names. @type {Map<string, string[]>} */
  index = new Map();
  /** Names whose publication fails. @type {Set<string>} */
  refused = new Set();
  #server = createServer((request, response) => void this.#serve(request, response));

  /** @param {TestContext} t */
  static async during(t) {
    const shelf = new Shelf();
    shelf.#server.listen(0, "127.0.0.1");
    await once(shelf.#server, "listening");
    t.after(() => {
      shelf.#server.close();
      shelf.#server.closeAllConnections();
    });
    return shelf;
  }

  get url() {
    return `http://127.0.0.1:${portOf(this.#server)}`;
  }

  /**
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   */
  async #serve(request, response) {
    const path = request.url ?? "/";
    const lines = this.index.get(path.slice(path.lastIndexOf("/") + 1));
    if (request.method === "PUT") {
      this.#take(await buffer(request), response);
    } else if (path === "/config.json") {
      response.end(JSON.stringify({ dl: `${this.url}/dl`, api: this.url }));
    } else {
      response.writeHead(lines ? 200 : 404).end(lines?.join("\n"));
    }
  }

  /**
   * Takes a crate: the length of a description, the description, and the same of the packed crate.
   * @param {Buffer} body
   * @param {ServerResponse} response
   */
  #take(body, response) {
    const end = 4 + body.readUInt32LE(0);
    const { name, vers } = JSON.parse(String(body.subarray(4, end)));
    if (this.refused.has(name)) {
      response.writeHead(403).end(JSON.stringify({ errors: [{ detail: "refused by the test" }] }));
      return;
    }
    const cksum = createHash("sha256")
      .update(body.subarray(end + 4))
      .digest("hex");
    const line = JSON.stringify({ name, vers, deps: [], cksum, features: {}, yanked: false });
    this.index.set(name, [...(this.index.get(name) ?? []), line]);
    response.end("{}");
  }
}

/** A folder with two crates, as a release has them. */
class Folder {
  #root;
  #shelf;

  /**
   * @param {TestContext} t
   * @param {Shelf} shelf
   */
  constructor(t, shelf) {
    this.#root = mkdtempSync(join(tmpdir(), "nws-crates-"));
    this.#shelf = shelf;
    t.after(() => rmSync(this.#root, { recursive: true }));
    this.#write("workspace/Cargo.toml", '[workspace]\nmembers = ["first", "second"]\nresolver = "3"\n');
    for (const name of ["first", "second"]) {
      const description = `name = "${name}"\nversion = "1.0.0"\nedition = "2024"\nlicense = "MIT"\ndescription = "a"\n`;
      this.#write(`workspace/${name}/Cargo.toml`, `[package]\n${description}`);
      this.change(name, "");
    }
    this.pack();
  }

  /**
   * @param {string} name
   * @param {string} source
   */
  change(name, source) {
    this.#write(`workspace/${name}/src/lib.rs`, source);
  }

  pack() {
    const cwd = join(this.#root, "workspace");
    const target = join(this.#root, "target");
    const words = ["package", "--workspace", "--no-verify", "--quiet", "--target-dir", target];
    execFileSync("cargo", words, { cwd, env: this.#env, timeout: DEADLINE });
    for (const file of ["first-1.0.0.crate", "second-1.0.0.crate"]) {
      copyFileSync(join(target, "package", file), join(this.#root, file));
    }
  }

  /** Makes a repository of the folder, which knows none of its files. */
  makeRepository() {
    execFileSync("git", ["init", "--quiet"], { cwd: this.#root });
  }

  publish() {
    return promisify(execFile)(process.execPath, [SCRIPT, this.#root], { env: this.#env, timeout: DEADLINE });
  }

  /**
   * @param {string} file
   * @param {string} text
   */
  #write(file, text) {
    mkdirSync(dirname(join(this.#root, file)), { recursive: true });
    writeFileSync(join(this.#root, file), text);
  }

  get #env() {
    const { url } = this.#shelf;
    return {
      ...process.env,
      NWS_CRATES_INDEX: url,
      CARGO_REGISTRY_DEFAULT: "shelf",
      CARGO_REGISTRIES_SHELF_INDEX: `sparse+${url}/`,
      CARGO_REGISTRIES_SHELF_TOKEN: "token",
    };
  }
}

test("all crates are published, and a second run publishes nothing", async (t) => {
  const shelf = await Shelf.during(t);
  const folder = new Folder(t, shelf);
  await folder.publish();
  assert.deepEqual([...shelf.index.keys()].sort(), ["first", "second"]);
  const { stdout } = await folder.publish();
  assert.equal(stdout, "first 1.0.0 is published already\nsecond 1.0.0 is published already\n");
});

test("a folder inside a repository that does not know its files is published", async (t) => {
  const shelf = await Shelf.during(t);
  const folder = new Folder(t, shelf);
  folder.makeRepository();
  await folder.publish();
  assert.deepEqual([...shelf.index.keys()].sort(), ["first", "second"]);
});

test("a publication that has failed goes on where it ended", async (t) => {
  const shelf = await Shelf.during(t);
  const folder = new Folder(t, shelf);
  shelf.refused.add("second");
  await assert.rejects(folder.publish(), /refused by the test/);
  assert.deepEqual([...shelf.index.keys()], ["first"]);
  shelf.refused.clear();
  const { stdout } = await folder.publish();
  assert.equal(stdout, "first 1.0.0 is published already\n");
  assert.deepEqual(
    [...shelf.index.values()].map((lines) => lines.length),
    [1, 1],
  );
});

test("other bytes under a published version are a fault", async (t) => {
  const folder = new Folder(t, await Shelf.during(t));
  await folder.publish();
  folder.change("second", "//! Changed.\n");
  folder.pack();
  await assert.rejects(folder.publish(), /second 1\.0\.0 is published with other bytes/);
});

test("sources that are not those of the packed crates are not published", async (t) => {
  const shelf = await Shelf.during(t);
  const folder = new Folder(t, shelf);
  folder.change("first", "//! Changed.\n");
  await assert.rejects(folder.publish(), /cargo packs first-1\.0\.0\.crate with other bytes here/);
  assert.equal(shelf.index.size, 0);
});
