/** Which parts of a text are links: addresses by http and https whose host is what it looks like, and nothing else. */

/** An address begins a word, and ends at spaces, quotes, brackets of code, and all that is invisible or turns the direction of text. */
const ADDRESS = /(?<![\p{L}\p{N}:/@])https?:\/\/[^\s<>"`{}|\\^\p{Cc}\p{Cf}\p{Z}]+/giu;
/** What a sentence adds to an address. */
const ENDING = /[.,;:!?'"’”»…*_~]/u;
/** @type {Record<string, string>} */
const PAIRS = { ")": "(", "]": "[" };
/**
 * `host` where the address does not show where it leads.
 * @typedef {{text: string, href?: string, host?: string}} Part
 */

/** More are shown as text: a message has 4000 characters. */
const LINKS_AT_MOST = 50;

/**
 * @param {string} text
 * @returns {Part[]} all of the text
 */
export function splitLinks(text) {
  /** @type {Part[]} */
  const parts = [];
  let end = 0;
  for (const { 0: match, index } of [...text.matchAll(ADDRESS)].slice(0, LINKS_AT_MOST)) {
    const link = linkOf(trim(match));
    if (!link) continue;
    if (index > end) parts.push({ text: text.slice(end, index) });
    parts.push(link);
    end = index + link.text.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** @param {string} text */
function linkOf(text) {
  const url = parse(text);
  if (!url || !["http:", "https:"].includes(url.protocol) || url.username || url.password) return null;
  const [, authority = ""] = /^https?:\/\/([^/?#]*)/i.exec(text) ?? [];
  const shown = authority.toLowerCase().replace(/:(80|443)?$/, "");
  return { text, href: url.href, ...(shown !== url.host && { host: url.host }) };
}

/** @param {string} text */
function parse(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/**
 * Leaves out what belongs to the sentence: full stops, and brackets that were opened before.
 * @param {string} address
 */
function trim(address) {
  const counts = Object.fromEntries([..."()[]"].map((bracket) => [bracket, address.split(bracket).length - 1]));
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address[end - 1];
    const isOpen = Object.hasOwn(PAIRS, last) && counts[last] > counts[PAIRS[last]];
    if (!isOpen && !ENDING.test(last)) break;
    if (isOpen) counts[last] -= 1;
  }
  return address.slice(0, end);
}
