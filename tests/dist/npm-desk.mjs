/** A desk with Node.js and npm, which knows one registry and nothing else. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Desk } from "./desk.mjs";
import { folder } from "./artefacts.mjs";
import { Registry } from "./registry.mjs";
import { Serving } from "./serving.mjs";

/** @import { Until } from "./desk.mjs" */

export const PROXY = "@networkwebsockets/proxy";

/** The package with the program for this platform. */
export const HERE = `${PROXY}-${process.platform}-${process.arch}`;

export class NpmDesk {
  /**
   * Cache and prefix are empty.
   * @param {Until} t
   * @param {string} [node] the program; by default the one that runs this
   */
  static async during(t, node = process.execPath) {
    const registry = await Registry.during(t, folder("npm"));
    const desk = await Desk.during(t);
    await desk.add(node, "npm", "npx");
    const { home } = desk;
    const npm = {
      registry: registry.url,
      cache: join(home, "npm cache"),
      prefix: join(home, "prefix"),
      audit: "false",
      fund: "false",
      update_notifier: "false",
      fetch_retries: "0",
    };
    for (const [key, value] of Object.entries(npm)) desk.env[`npm_config_${key}`] = value;
    await writeFile(join(home, "package.json"), "{}");
    return new NpmDesk(desk, registry);
  }

  /**
   * @param {Desk} desk
   * @param {Registry} registry
   */
  constructor(desk, registry) {
    this.desk = desk;
    this.registry = registry;
    /** The launcher, once the package is installed in the home. */
    this.launcher = join(desk.home, "node_modules", PROXY, "nws.js");
  }

  /**
   * `npx` starts the proxy.
   * @param {Until} t
   * @param {string[]} flags of npx
   */
  npx(t, ...flags) {
    return Serving.during(t, this.desk, "npx", "--yes", ...flags, PROXY);
  }

  /**
   * Installs the package into the home.
   * @param {string[]} flags of npm
   */
  install(...flags) {
    return this.desk.succeed("npm", "install", ...flags, PROXY);
  }

  /** The manifest that the launcher reads. */
  async manifest() {
    return JSON.parse(await readFile(join(this.launcher, "../package.json"), "utf8"));
  }
}
