/** Scripts for pages, bundled from what npm has installed and from the package of the proxy that is tested. */

import { build } from "esbuild";

/** @import { Plugin } from "esbuild" */

const HERE = import.meta.dirname;

/**
 * A script that makes a global `lib` of what a module exports.
 * @param {string} contents of the module
 */
export async function library(contents) {
  const stdin = { contents, resolveDir: HERE };
  const { outputFiles } = await build({ stdin, bundle: true, format: "iife", globalName: "lib", write: false });
  return outputFiles[0].text;
}

/**
 * A module with all that it imports.
 * @param {string} entry
 * @param {{http: string}} proxy where the package is
 */
export async function module(entry, proxy) {
  const { outputFiles } = await build({
    ...{ entryPoints: [entry], bundle: true, format: "esm", write: false },
    plugins: [packageOf(proxy)],
  });
  return outputFiles[0].text;
}

/**
 * Takes `networkwebsockets/streams` from a proxy.
 * @param {{http: string}} proxy
 * @returns {Plugin}
 */
function packageOf({ http }) {
  const setup = (/** @type {Parameters<Plugin["setup"]>[0]} */ { onLoad, onResolve }) => {
    onResolve({ filter: /^networkwebsockets\/streams$/ }, () => ({ path: "streams", namespace: "proxy" }));
    onLoad({ filter: /./, namespace: "proxy" }, async () => {
      const answer = await fetch(`${http}/networkwebsockets-streams.mjs`);
      return { contents: await answer.text() };
    });
  };
  return { name: "package of the proxy", setup };
}
