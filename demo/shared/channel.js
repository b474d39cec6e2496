/** Names of channels: which of them a proxy takes. */

const NAME = /^[A-Za-z0-9+=*._-]{1,255}$/;

export const NAME_RULE =
  "A channel name has 1 to 255 characters: A to Z, a to z, 0 to 9 and + = * . _ - only. “.” and “..” are none.";

/** @param {string} name */
export function isChannelName(name) {
  return NAME.test(name) && name !== "." && name !== "..";
}
