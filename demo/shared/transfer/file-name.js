/** The name of a file from a stranger: what may be shown of it, and under which it may be saved. */

/** Most file systems take 255; browsers add " (1)" and the like. */
const BYTES_AT_MOST = 200;
/** Characters of an extension with its dot. Longer ones are none. */
const EXTENSION_AT_MOST = 20;
/** Control characters, line breaks, and what is invisible or turns the direction of text, as in "gpj.exe" read backwards. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]/gu;
const FORBIDDEN = /[<>:"|?*]/g;
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)( *\.|$)/i;
const ENDS = /^[.\s]+|[.\s]+$/g;

/**
 * @param {string} name
 * @returns {string} a bare name, never empty
 */
export function cleanFileName(name) {
  const bare = name.normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const visible = bare.replace(INVISIBLE, "").replace(FORBIDDEN, "_").replace(/\s+/g, " ").replace(ENDS, "");
  const cut = shorten(RESERVED.test(visible) ? `_${visible}` : visible).replace(ENDS, "");
  return cut || "file";
}

/** @param {string} name */
function shorten(name) {
  const dot = name.lastIndexOf(".");
  const end = dot > 0 ? name.slice(dot) : "";
  const extension = [...end].length <= EXTENSION_AT_MOST ? end : "";
  const letters = [...name.slice(0, name.length - extension.length)];
  const isLong = () => new TextEncoder().encode(letters.join("") + extension).length > BYTES_AT_MOST;
  while (letters.length > 0 && isLong()) letters.pop();
  return letters.join("") + extension;
}
