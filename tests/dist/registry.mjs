/** A registry of npm on this machine, which has the packages of a folder and no others. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

import { portOf } from "../../polyfill/test/port.mjs";

/**
 * @import { IncomingMessage, ServerResponse } from "node:http"
 * @import { Until } from "./desk.mjs"
 * @typedef {{name: string, version: string, [key: string]: unknown}} Manifest
 */

/** The packages of a folder: the file and the manifest of each, by name. */
export function packagesIn(/** @type {string} */ folder) {
  const files = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  return new Map(
    files.map((name) => {
      const file = join(folder, name);
      const text = execFileSync("tar", ["-xzOf", file, "package/package.json"], { encoding: "utf8" });
      /** @type {Manifest} */
      const manifest = JSON.parse(text);
      return [manifest.name, { file, manifest }];
    }),
  );
}

export class Registry {
  #server = createServer((request, response) => this.#serve(request, response));
  #packages;
  /** Packages of platforms that this run did not build: yarn asks for the manifest of each. @type {Map<string, Manifest>} */
  #unbuilt;

  /**
   * One that ends after a test.
   * @param {Until} t
   * @param {string} folder
   */
  static async during(t, folder) {
    const registry = new Registry(folder);
    registry.#server.listen(0, "127.0.0.1");
    await once(registry.#server, "listening");
    t.after(() => {
      registry.#server.close();
      registry.#server.closeAllConnections();
    });
    return registry;
  }

  /** @param {string} folder */
  constructor(folder) {
    this.#packages = packagesIn(folder);
    this.#unbuilt = unbuilt(this.#packages);
  }

  get url() {
    return `http://127.0.0.1:${portOf(this.#server)}`;
  }

  /**
   * From here on it does not have this package.
   * @param {string} name
   */
  lose(name) {
    this.#packages.delete(name);
  }

  /**
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   */
  #serve({ url = "/" }, response) {
    const path = decodeURIComponent(url.slice(1));
    const name = path.replace(/\.tgz$/, "");
    const found = this.#packages.get(name);
    const unbuilt = this.#unbuilt.get(name);
    if (unbuilt && path === name) {
      json(response, describe(unbuilt, { tarball: `${this.url}/${name}.tgz` }));
    } else if (!found) {
      response.writeHead(404).end("{}");
    } else if (path === name) {
      json(response, this.#describe(found));
    } else {
      response.end(readFileSync(found.file));
    }
  }

  /** @param {{file: string, manifest: Manifest}} found */
  #describe({ file, manifest }) {
    const integrity = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
    return describe(manifest, { tarball: `${this.url}/${manifest.name}.tgz`, integrity });
  }
}

/**
 * What a registry says of a package that has one version.
 * @param {Manifest} manifest
 * @param {Record<string, string>} dist
 */
function describe(manifest, dist) {
  const { name, version } = manifest;
  // Some package managers wait for days before they install what is new.
  const time = { [version]: "2026-01-01T00:00:00.000Z" };
  return { name, time, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } };
}

/**
 * The manifests of optional dependencies that are not among the packages. Each is for its platform alone, as its name
 * says.
 * @param {ReturnType<typeof packagesIn>} packages
 */
function unbuilt(packages) {
  /** @type {Map<string, Manifest>} */
  const manifests = new Map();
  for (const { manifest } of packages.values()) {
    const { optionalDependencies = {} } = /** @type {{optionalDependencies?: Record<string, string>}} */ (manifest);
    for (const [name, version] of Object.entries(optionalDependencies).filter(([name]) => !packages.has(name))) {
      const [os = "", cpu = ""] = name.split("-").slice(-2);
      manifests.set(name, { name, version, os: [os], cpu: [cpu] });
    }
  }
  return manifests;
}

/**
 * @param {ServerResponse} response
 * @param {unknown} body
 */
function json(response, body) {
  response.setHeader("content-type", "application/json").end(JSON.stringify(body));
}
