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

/** @param {{demo: string, name: string, here: number, extra: object}} hello */
export function encodeHello({ demo, name, here, extra }) {
  return JSON.stringify({ type: "hello", demo, nick: name, here: Math.round(here), ...extra });
}

/**
 * @param {unknown} data
 * @returns {{demo: string, name: string, here: number, extra: Record<string, unknown>} | null} null for anything else
 */
export function decodeHello(data) {
  // Most messages are none, and parsing all of them would cost a busy page its time.
  if (typeof data !== "string" || data.length > HELLO_AT_MOST || !data.includes('"hello"')) return null;
  const { type, demo = "chat", nick, here, ...extra } = parse(data);
  if (type !== "hello" || typeof nick !== "string" || typeof demo !== "string") return null;
  const name = cleanName(nick);
  return name ? { demo, name, here: Number.isFinite(here) ? Math.max(here, 0) : 0, extra } : null;
}

function parse(data) {
  try {
    return Object(JSON.parse(data));
  } catch {
    return {};
  }
}
