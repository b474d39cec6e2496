/** Keeps the screen, and so the page, awake while files are on their way, where the browser can. */

/** @import { Transfers } from "./transfers.js" */

/**
 * @param {Pick<Transfers, "busy" | "addEventListener">} transfers
 * @returns {() => void} ends it, when all has ended
 */
export function keepAwake(transfers) {
  /** @type {WakeLockSentinel | null} */
  let lock = null;
  let queue = Promise.resolve();
  const adjust = async () => {
    const isWanted = transfers.busy && document.visibilityState === "visible";
    if (!isWanted) {
      lock?.release();
      lock = null;
    } else if (!lock || lock.released) {
      lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    }
  };
  const settle = () => {
    queue = queue.then(adjust);
  };
  transfers.addEventListener("busy", settle);
  document.addEventListener("visibilitychange", settle);
  return () => document.removeEventListener("visibilitychange", settle);
}
