/** What a `catch` is given, which may be anything. */

/**
 * @param {unknown} failure
 * @returns {string} a sentence
 */
export function messageOf(failure) {
  return failure instanceof Error ? failure.message : String(failure);
}

/**
 * @param {unknown} failure
 * @returns {string} by which kinds of failures are told apart
 */
export function nameOf(failure) {
  return failure instanceof Error ? failure.name : "";
}
