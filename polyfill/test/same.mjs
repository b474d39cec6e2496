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
  const body = async ({ page, proxy, endpoint, errors }) => {
    proxy.close();
    const answer = (class_) => ask({ page, errors, probe, class_, nobody: endpoint });
    const expected = await answer("WebSocket");
    assert.ok(JSON.stringify(expected.result).length > 2, "the probe finds something out");
    for (const class_ of classes) {
      assert.deepEqual(await answer(class_), expected, class_);
    }
  };
  inPage(name, body, "/same.html");
}

/** What a probe finds out, in a page of its own, and what the page reports meanwhile. */
async function ask({ page, errors, probe, class_, nobody }) {
  const echo = await Echo.listen();
  try {
    await page.evaluate((given) => probing(...given), [class_, echo.endpoint, nobody]);
    return { result: await page.evaluate(probe), reported: errors.splice(0) };
  } finally {
    // The page goes first: what its sockets make of the server's end is not asked.
    await page.reload();
    echo.close();
  }
}
