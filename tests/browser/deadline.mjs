/** The one deadline of all waits: far beyond anything that takes its normal course, even on a busy machine. */

export const DEADLINE_MS = 40_000;

/**
 * @template T
 * @param {string} event what is waited for
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function within(event, promise) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<never>} */
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${event}`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
