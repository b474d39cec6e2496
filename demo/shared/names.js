/** Names of people: what may be in one, how it is remembered, and the colour that it has everywhere. */

import { element } from "./element.js";

const NAME_AT_MOST = 32;
const HUES = 8;
const KEY = "networkwebsockets-name";
/** Control characters, line breaks, what turns the direction of text, and letters that show nothing. */
const INVISIBLE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each is meant alone.
  /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\u2800\u3164\uffa0\ufeff]/gu;
/** They join or part the letters around them: alone they show nothing. */
// biome-ignore lint/suspicious/noMisleadingCharacterClass: each is meant alone.
const JOINERS = /^[\u200c\u200d\s]*$/;

/**
 * @param {string} text
 * @returns {string} empty where nothing of the name is left
 */
export function cleanName(text) {
  const visible = text
    .slice(0, 10 * NAME_AT_MOST)
    .normalize("NFC")
    .replace(INVISIBLE, " ")
    .replace(/\s+/g, " ")
    .trim();
  const name = [...visible].slice(0, NAME_AT_MOST).join("").trim();
  return JOINERS.test(name) ? "" : name;
}

/**
 * @param {string} text
 * @returns {number} 0 to 7: the same for the same text on every page
 */
export function hueOf(text) {
  return [...text].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 8191, 0) % HUES;
}

/**
 * A name in its colour.
 * @param {string} name
 */
export function nameTag(name) {
  return element("bdi", { className: `nick hue-${hueOf(name)}`, textContent: name });
}

/** The name in this tab, else the one in the last tab: two tabs may be two people. */
export function storedName() {
  try {
    return cleanName(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? "");
  } catch {
    return "";
  }
}

/** @param {string} name */
export function rememberName(name) {
  try {
    sessionStorage.setItem(KEY, name);
    localStorage.setItem(KEY, name);
  } catch {
    // Storage is off: the name lives as long as the page.
  }
}
