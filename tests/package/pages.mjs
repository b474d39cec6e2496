/** Pages that need no tool: each gets the package in another way. What comes of it, they promise as `heard`. */

const SCRIPT = "node_modules/networkwebsockets/dist/networkwebsockets.js";
const SCRIPT_TAG = `<script src="${SCRIPT}"></script>`;
const MODULE = "node_modules/networkwebsockets/dist/networkwebsockets.mjs";
const MAP = `<script type="importmap">{ "imports": { "networkwebsockets": "/${MODULE}" } }</script>`;
const CONVERSE = "import { converse } from './conversation.js'; import { proxy } from './address.js';";

export const PAGES = {
  "script.html": scriptPage(SCRIPT),
  "map.html": html(
    MAP,
    `${CONVERSE}
    import * as sockets from 'networkwebsockets';
    globalThis.heard = converse(sockets, proxy);`,
  ),
  "url.html": html(
    "",
    `${CONVERSE}
    import * as sockets from './${MODULE}';
    globalThis.heard = converse(sockets, proxy);`,
  ),
};

/**
 * A page in which two sockets of the script-tag build talk.
 * @param {string} url
 */
export function scriptPage(url) {
  return html(
    `<script src="${url}"></script>`,
    `${CONVERSE}
    globalThis.heard = converse(globalThis, proxy);`,
  );
}

/**
 * A page that talks with a worker of this kind and type.
 * @param {string} kind
 * @param {string} type
 */
export function workerPage(kind, type) {
  return html(
    "",
    `import { listen, STARTS } from './listener.js'; import { proxy } from './address.js';
    import * as sockets from './${MODULE}';
    const start = (address) => STARTS.${kind}(\`parrot-${type}.js\${address}\`, '${type}');
    globalThis.heard = listen(sockets, '${kind}-${type}', proxy, start);`,
  );
}

/** Two pages: one is the parrot, the other talks with it. */
export const PAIR = {
  "parrot.html": html(`${SCRIPT_TAG}<script src="parrot.js"></script>`, "parrot(NetworkWebSocket);"),
  "listener.html": html(
    SCRIPT_TAG,
    `import { listen } from './listener.js'; import { proxy } from './address.js';
    globalThis.heard = listen(globalThis, 'pair', proxy, () => new Promise(() => {}));`,
  ),
};

/** A page that looks for a proxy where none is. */
export const MISS = {
  "miss.html": html(
    SCRIPT_TAG,
    `import { miss } from './conversation.js'; import { proxy } from './address.js';
    globalThis.heard = miss(globalThis, proxy);`,
  ),
};

/**
 * A page whose one script is a module.
 * @param {string} head
 * @param {string} script
 */
export function html(head, script) {
  return `<!doctype html><title>A page</title><link rel="icon" href="data:,">${head}<script type="module">${script}</script>`;
}
