/** The same probe, run in a page against the browser's own WebSocket and against ours, has to give the same answer. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";
import { Echo } from "./echo.mjs";

/** Compares the channel's socket with WebSocket. */
export function same(name, probe) {
  compare(name, probe, ["NetworkWebSocket"]);
}

/** Compares a peer's socket as well. */
export function sameForPeers(name, probe) {
  compare(name, probe, ["NetworkWebSocket", "PeerWebSocket"]);
}

function compare(name, probe, classes) {
  const body = async ({ page }) => {
    const expected = await answer(page, "WebSocket", probe);
    assert.ok(JSON.stringify(expected.result).length > 2, "the probe finds something out");
    for (const class_ of classes) {
      assert.deepEqual(await answer(page, class_, probe), expected, class_);
    }
  };
  inPage(name, body, "/same.html");
}

/** What a probe finds out, in a page of its own, and what the page reports meanwhile. */
async function answer(page, class_, probe) {
  const reported = [];
  const report = ({ message }) => reported.push(message);
  const echo = await Echo.listen();
  try {
    await page.reload();
    page.on("pageerror", report);
    await page.evaluate(([class_, endpoint]) => probing(class_, endpoint), [class_, echo.endpoint]);
    return { result: await page.evaluate(probe), reported };
  } finally {
    page.off("pageerror", report);
    echo.close();
  }
}
