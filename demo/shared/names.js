/** Names of people: what may be in one, how it is remembered, and the colour that it has everywhere. */

import { element } from './element.js';

const NAME_AT_MOST = 32;
const HUES = 8;
const KEY = 'networkwebsockets-name';
/** Control characters, line breaks, and what turns the direction of text. */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** @returns {string} empty where nothing of the name is left */
export function cleanName(text) {
  const visible = text.slice(0, 10 * NAME_AT_MOST).normalize('NFC').replace(INVISIBLE, ' ').replace(/\s+/g, ' ').trim();
  return [...visible].slice(0, NAME_AT_MOST).join('').trim();
}

/** @returns {number} 0 to 7: the same for the same text on every page */
export function hueOf(text) {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 8191, 0) % HUES;
}

/** A name in its colour. */
export function nameTag(name) {
  return element('bdi', { className: `nick hue-${hueOf(name)}`, textContent: name });
}

/** The name in this tab, else the one in the last tab: two tabs may be two people. */
export function storedName() {
  try {
    return cleanName(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? '');
  } catch {
    return '';
  }
}

export function rememberName(name) {
  try {
    sessionStorage.setItem(KEY, name);
    localStorage.setItem(KEY, name);
  } catch {
    // Storage is off: the name lives as long as the page.
  }
}
