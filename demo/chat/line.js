/** One line of the thread: what somebody has said, with links, or a file, or what has happened. */

import { element } from "../shared/element.js";
import { nameTag } from "../shared/names.js";
import { splitLinks } from "./links.js";

/**
 * @import { ToldLine } from "./history.js"
 * @import { Part } from "./links.js"
 */

/** @param {{name: string, text?: string, body?: Node, own?: boolean, note?: string, at?: Date}} said */
export function saidLine({ name, text = "", body = textOf(text), own = false, note = "", at = new Date() }) {
  const head = element(
    "header",
    {},
    nameTag(name),
    element("span", { className: "note", textContent: note }),
    clock(at),
  );
  return element("li", { className: `said${own ? " own" : ""}${note ? " direct" : ""}` }, head, body);
}

/** @param {...(string | Node)} parts */
export function eventLine(...parts) {
  return element("li", { className: "event" }, ...parts, " ", clock(new Date()));
}

/**
 * What a newcomer was told, as its giver tells it.
 * @param {string} giver
 * @param {ToldLine[]} lines
 */
export function toldLine(giver, lines) {
  const list = element(
    "ol",
    { ariaLabel: "Earlier messages" },
    ...lines.map(({ name, text, at }) => saidLine({ name, text, at: new Date(at) })),
  );
  const [count, them] =
    lines.length === 1 ? ["One earlier message", "it"] : [`${lines.length} earlier messages`, "them"];
  const head = element(
    "p",
    { className: "hint" },
    `${count}, as told by `,
    nameTag(giver),
    `. This page has not heard ${them} itself.`,
  );
  return element("li", { className: "told" }, head, list);
}

/** @param {string} text */
function textOf(text) {
  return element("p", { className: "text", dir: "auto" }, ...splitLinks(text).flatMap(partOf));
}

/**
 * @param {Part} part
 * @returns {(string | Node)[]}
 */
function partOf({ text, href, host }) {
  if (!href) return [text];
  const link = element("a", {
    href,
    textContent: text,
    dir: "ltr",
    target: "_blank",
    rel: "noopener noreferrer nofollow",
  });
  return host ? [link, element("span", { className: "host", textContent: ` (leads to ${host})` })] : [link];
}

/** @param {Date} at */
function clock(at) {
  const textContent = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return element("time", { textContent, dateTime: at.toISOString(), title: at.toLocaleString() });
}
