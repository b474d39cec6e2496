/** The same probe, run in a page against the browser's own WebSocket and against ours, has to give the same answer. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";
import { Echo } from "./echo.mjs";

/** @typedef {"WebSocket" | "NetworkWebSocket" | "PeerWebSocket"} Class */

/**
 * @import { Page } from "playwright-core"
 * @import { Test } from "./chromium.mjs"
 * @import { Probe, Task } from "./probes.mjs"
 */

/**
 * Compares the channel's socket with WebSocket, and a peer's where it answers alike.
 * @param {Probe[]} probes
 */
export function compareAll(probes) {
  for (const probe of probes) {
    compare(probe, probe.isForPeers ? ["NetworkWebSocket", "PeerWebSocket"] : ["NetworkWebSocket"]);
  }
}

/**
 * @param {Probe} probe
 * @param {Class[]} classes
 */
function compare({ name, task }, classes) {
  /** @param {Test} test */
  const body = async ({ page, proxy, endpoint, errors }) => {
    proxy.close();
    /** @param {Class} class_ */
    const answer = (class_) => ask({ page, errors, task, class_, nobody: endpoint });
    const expected = await answer("WebSocket");
    assert.ok(JSON.stringify(expected.result).length > 2, "the probe finds something out");
    for (const class_ of classes) {
      assert.deepEqual(await answer(class_), expected, class_);
    }
  };
  inPage(name, body, "/same.html");
}

/**
 * What a probe finds out, in a page of its own, and what the page reports meanwhile.
 * @param {{page: Page, errors: string[], task: Task, class_: Class, nobody: string}} asked
 */
async function ask({ page, errors, task, class_, nobody }) {
  const echo = await Echo.listen();
  try {
    const given = { class_, server: echo.endpoint, nobody };
    await page.evaluate(({ class_, server, nobody }) => probing(class_, server, nobody), given);
    return { result: await page.evaluate(task), reported: errors.splice(0) };
  } finally {
    // The page goes first: what its sockets make of the server's end is not asked.
    await page.reload();
    echo.close();
  }
}
