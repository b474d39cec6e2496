/**
 * What chat pages say to each other, as JSON texts on the channel:
 *
 *   {"type":"hello","nick":"Ada","here":1200}   directly to each peer that appears, and to all after a rename;
 *                                               `here` is how many milliseconds its sender has been in the channel
 *   {"type":"say","text":"hi"}                  to all, or directly to one
 *
 * Anything else, from whatever program shares the channel, is ignored.
 */

const NICK_AT_MOST = 32;
const TEXT_AT_MOST = 4000;
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** @returns {string} empty where nothing of the name is left */
export function cleanNick(text) {
  const visible = text.normalize('NFC').replace(INVISIBLE, ' ').replace(/\s+/g, ' ').trim();
  return [...visible].slice(0, NICK_AT_MOST).join('').trim();
}

export const hello = (nick, here) => JSON.stringify({ type: 'hello', nick, here });

export const say = (text) => JSON.stringify({ type: 'say', text });

/**
 * @param {unknown} data
 * @returns {{type: 'hello', nick: string, here: number} | {type: 'say', text: string} | null}
 */
export function decode(data) {
  const said = parse(data);
  if (said?.type === 'hello' && typeof said.nick === 'string') {
    const nick = cleanNick(said.nick.slice(0, 200));
    const here = Number.isFinite(said.here) ? said.here : 0;
    return nick ? { type: 'hello', nick, here } : null;
  }
  if (said?.type === 'say' && typeof said.text === 'string' && said.text.trim()) {
    return { type: 'say', text: said.text.slice(0, TEXT_AT_MOST) };
  }
  return null;
}

function parse(data) {
  if (typeof data !== 'string') return null;
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
