/**
 * What chat pages say to each other besides their hellos, as JSON texts on the channel:
 *
 *   {"type":"say","text":"hi"}           to all, or directly to one
 *   {"type":"typing","on":true}          likewise: its sender is writing, or has stopped
 *   {"type":"history-get"}               directly: what has been said here?
 *   {"type":"history","lines":[…]}       the answer: {"name":"Ada","text":"hi","ago":60000} each, oldest first, `ago` in milliseconds
 *
 * Hellos carry the room's setting: "history":{"on":true,"clock":3,"by":"<peer id>"}. Files are another matter: docs/files.md.
 * Anything else, from whatever program shares the channel, is ignored.
 */

import { cleanName } from "../shared/names.js";

export const TEXT_AT_MOST = 4000;
/** What a newcomer is given: a screenful or ten, in one message. */
export const LINES_AT_MOST = 200;
/** Characters of it as JSON, well below the limit of a message even where each takes three bytes. */
export const HISTORY_AT_MOST = 256 * 1024;

/**
 * What was said to all, `ago` in milliseconds.
 * @typedef {{name: string, text: string, ago: number}} Line
 */

const AGO_AT_MOST_MS = 30 * 24 * 3600 * 1000;

/**
 * @param {string} type
 * @param {object} [members]
 */
export const encode = (type, members = {}) => JSON.stringify({ type, ...members });

/**
 * @param {unknown} data
 * @returns {{type: 'say', text: string} | {type: 'typing', on: boolean} | {type: 'history-get'} |
 *   {type: 'history', lines: Line[]} | null}
 */
export function decode(data) {
  const said = parse(data);
  if (said.type === "say") return sayable(said.text) ? { type: "say", text: cut(said.text) } : null;
  if (said.type === "typing") return { type: "typing", on: said.on === true };
  if (said.type === "history-get") return { type: "history-get" };
  if (said.type === "history")
    return Array.isArray(said.lines) ? { type: "history", lines: linesOf(said.lines) } : null;
  return null;
}

/** @param {unknown[]} lines */
function linesOf(lines) {
  return lines
    .slice(-LINES_AT_MOST)
    .map(lineOf)
    .filter((line) => line !== null);
}

/**
 * @param {unknown} line
 * @returns {Line | null}
 */
function lineOf(line) {
  const { name, text, ago } = Object(line);
  if (typeof name !== "string" || !sayable(text) || !Number.isFinite(ago) || ago < 0 || ago > AGO_AT_MOST_MS)
    return null;
  return { name: cleanName(name) || "?", text: cut(text), ago };
}

/**
 * @param {unknown} text
 * @returns {text is string}
 */
const sayable = (text) => typeof text === "string" && text.trim() !== "";
/** @param {string} text */
const cut = (text) => text.slice(0, TEXT_AT_MOST);

/**
 * @param {unknown} data
 * @returns {Record<string, unknown>}
 */
function parse(data) {
  if (typeof data !== "string" || data.length > 2 * HISTORY_AT_MOST) return {};
  try {
    return Object(JSON.parse(data));
  } catch {
    return {};
  }
}
