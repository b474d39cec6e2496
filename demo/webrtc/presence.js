/** What a person has switched on, as the hello tells the others. */

import { VERSION } from "./call.js";

/** @typedef {{sound: boolean, picture: '' | 'camera' | 'screen'}} Presence */

/** @param {Presence} presence */
export function encodePresence({ sound, picture }) {
  return { call: VERSION, sound, picture };
}

/**
 * @param {{extra: Record<string, unknown>}} person whose extra fields nobody has checked
 * @returns {Presence}
 */
export function presenceOf({ extra }) {
  return {
    sound: extra.sound === true,
    picture: extra.picture === "camera" || extra.picture === "screen" ? extra.picture : "",
  };
}
