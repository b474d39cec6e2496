/** What is in dist/: each build works, and holds nothing that it should not. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { inPage } from "./chromium.mjs";
import { dist } from "./dist.mjs";

const BUNDLES = ["networkwebsockets.js", "networkwebsockets.mjs", "slim.mjs", "networkwebsockets.wasm"];

/**
 * Opens a channel in a page without script, by the sockets that `load` brings.
 * @param {string} name
 * @param {string} load what a page runs
 */
function opens(name, load) {
  inPage(
    name,
    async ({ page, proxy, endpoint }) => {
      const opened = page.evaluate(
        async ({ endpoint, load }) => {
          const { NetworkWebSocket } = await (0, eval)(load);
          const ws = new NetworkWebSocket("chan", { endpoint });
          await new Promise((resolve) => (ws.onopen = resolve));
          return [ws.id, "NetworkWebSocket" in globalThis];
        },
        { endpoint, load: `(async () => { ${load} })()` },
      );
      await proxy.admit();
      assert.deepEqual(await opened, ["me", false]);
    },
    "/blank.html",
  );
}

opens("the module, by import", 'return import("/networkwebsockets.mjs")');
opens(
  "the slim build, by URL",
  'const slim = await import("/slim.mjs"); await slim.default("/networkwebsockets.wasm"); return slim',
);
opens(
  "the slim build, by response",
  'const slim = await import("/slim.mjs"); await slim.default(fetch("/networkwebsockets.wasm")); return slim',
);
opens(
  "the slim build, by bytes",
  `const slim = await import("/slim.mjs");
   await slim.default(await (await fetch("/networkwebsockets.wasm")).arrayBuffer());
   return slim`,
);

inPage(
  "the slim build says what it lacks",
  async ({ page }) => {
    const message = await page.evaluate(async (slim) => {
      const { NetworkWebSocket } = await import(slim);
      try {
        new NetworkWebSocket("chan");
      } catch (error) {
        return String(error);
      }
      return "";
    }, "/slim.mjs");
    assert.match(message, /^InvalidStateError: .*init/);
  },
  "/blank.html",
);

inPage("importing compiles nothing", async ({ page }) => {
  const compiled = await page.evaluate(async (module) => {
    let compiled = 0;
    WebAssembly.Module = new Proxy(WebAssembly.Module, {
      construct: (target, args) => (compiled++, Reflect.construct(target, args)),
    });
    const { NetworkWebSocket } = await import(module);
    const before = compiled;
    for (const name of ["one", "two"]) {
      new NetworkWebSocket(name);
    }
    return [before, compiled];
  }, "/networkwebsockets.mjs");
  assert.deepEqual(compiled, [0, 1]);
});

test("the module can be imported where there is no browser", async () => {
  const sockets = await import(join(dist, "networkwebsockets.mjs"));
  assert.deepEqual(Object.keys(sockets).sort(), ["LocalWebSocket", "NetworkWebSocket", "PeerWebSocket"]);
});

test("the WebAssembly imports from its own script only", async () => {
  const module = new WebAssembly.Module(await readFile(join(dist, "networkwebsockets.wasm")));
  const sources = new Set(WebAssembly.Module.imports(module).map(({ module }) => module));
  assert.deepEqual([...sources], ["m"]);
});

for (const bundle of BUNDLES) {
  test(`${bundle} names no folder of this machine`, async () => {
    const text = await readFile(join(dist, bundle), "latin1");
    for (const path of [homedir(), join(import.meta.dirname, "../.."), "/rustc/src", "file://"]) {
      assert.ok(!text.includes(path), path);
    }
  });
}
