/** Pages that join a channel as soon as they are loaded, by script tag or by import, and keep what they hear. */

import { readFile } from "node:fs/promises";

const script = new URL("member.js", import.meta.url);

/**
 * Reads for a `Site`: `/classic.html`, `/module.html`, the script that both use, and `/streams.html`.
 * @param {{http: string}} proxy where the package is
 */
export function memberPages(proxy) {
  const classic = `<script src="${proxy.http}/networkwebsockets.js"></script><script src="member.js"></script>`;
  const module = `<script type="module">
    import { LocalWebSocket, NetworkWebSocket } from '${proxy.http}/networkwebsockets.mjs';
    Object.assign(window, { LocalWebSocket, NetworkWebSocket });
  </script><script type="module" src="member.js"></script>`;
  const streams = `<script src="${proxy.http}/networkwebsockets-streams.js"></script>`;
  /** @type {Record<string, string>} */
  const pages = { "/classic.html": classic, "/module.html": module, "/streams.html": streams };
  /** @param {string} path */
  return async (path) => {
    if (path === "/member.js") return readFile(script);
    if (!(path in pages)) throw new Error("no such page");
    return `<!doctype html><title>A member</title><link rel="icon" href="data:,">${pages[path]}`;
  };
}
