/** Garbage of a page. */

/** @import { Page } from "playwright-core" */

/**
 * Collects garbage until a page's `refs` are empty: what wasm holds goes with finalizers, a turn
 * later.
 * @param {Page} page
 */
export async function collect(page) {
  const session = await page.context().newCDPSession(page);
  for (let turn = 0; turn < 10; turn++) {
    await session.send("HeapProfiler.collectGarbage");
    if (await page.evaluate(() => refs.every((ref) => ref.deref() === undefined))) {
      return true;
    }
  }
  return false;
}
