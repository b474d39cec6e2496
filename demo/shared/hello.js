/**
 * How the pages of one demo tell each other that they are such pages. A hello is a JSON text:
 *
 *   {"type":"hello","demo":"chat","nick":"Ada","here":1200}
 *
 * `here` is how many milliseconds its sender has been in the channel; a demo may add fields of its own. It goes directly to
 * each peer that appears, and to all when something of it has changed. One without `demo` is that of an older chat page.
 */

import { cleanName } from "./names.js";

/** Enough for a name and some fields of a demo, in characters. */
const HELLO_AT_MOST = 4096;

/**
 * `here` is in milliseconds. `extra` is what the demo added: nobody has checked it.
 * @typedef {{demo: string, name: string, here: number, extra: Record<string, unknown>}} Hello
 */

/** @param {Omit<Hello, "extra"> & {extra: object}} hello */
export function encodeHello({ demo, name, here, extra }) {
  return JSON.stringify({ type: "hello", demo, nick: name, here: Math.round(here), ...extra });
}

/**
 * @param {unknown} data
 * @returns {Hello | null} null for anything else
 */
export function decodeHello(data) {
  // Most messages are none, and parsing all of them would cost a busy page its time.
  if (typeof data !== "string" || data.length > HELLO_AT_MOST || !data.includes('"hello"')) return null;
  const { type, demo = "chat", nick, here, ...extra } = parse(data);
  if (type !== "hello" || typeof nick !== "string" || typeof demo !== "string") return null;
  const name = cleanName(nick);
  const since = typeof here === "number" && Number.isFinite(here) ? Math.max(here, 0) : 0;
  return name ? { demo, name, here: since, extra } : null;
}

/**
 * @param {string} data
 * @returns {Record<string, unknown>}
 */
function parse(data) {
  try {
    return Object(JSON.parse(data));
  } catch {
    return {};
  }
}
