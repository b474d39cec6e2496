/** Pictures from strangers: shown only where the first bytes say that it is one of five kinds, and where it is not too large. */

/** A photograph has 12 to 50 million; each takes 4 bytes while it is shown. */
const PIXELS_AT_MOST = 64_000_000;
/** Of what nobody has asked to see. */
export const UNASKED_PIXELS_AT_MOST = 16_000_000;
const FIRST_BYTES = 16;
/** @type {[mime: string, firstBytes: RegExp][]} */
const KINDS = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the first bytes of a PNG have one.
  ["image/png", /^\x89PNG\r\n\x1a\n/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8[79]a/],
  ["image/webp", /^RIFF[\s\S]{4}WEBP/],
  ["image/avif", /^[\s\S]{4}ftyp(?:avif|avis|mif1)/],
];

/** @param {string} mime whether what claims to be of this type may be shown */
export function isPictureType(mime) {
  return KINDS.some(([type]) => type === mime);
}

/** @param {Blob} blob @returns {Promise<string>} its type by its first bytes, empty when it is no picture that is shown */
export async function pictureType(blob) {
  const bytes = new Uint8Array(await blob.slice(0, FIRST_BYTES).arrayBuffer());
  const start = String.fromCharCode(...bytes);
  return KINDS.find(([, form]) => form.test(start))?.[0] ?? "";
}

/**
 * @param {Blob} blob
 * @param {string} alt
 * @param {number} [pixels] how many it may have
 * @returns {Promise<HTMLImageElement | null>} null when it is none, is broken or too large; revoke its `src` when it is not shown any more
 */
export async function openPicture(blob, alt, pixels = PIXELS_AT_MOST) {
  const type = await pictureType(blob);
  if (!type) return null;
  const image = new Image();
  image.alt = alt;
  const hasLoaded = new Promise((resolve) => {
    image.onload = () => resolve(true);
    image.onerror = () => resolve(false);
  });
  image.src = URL.createObjectURL(blob.slice(0, blob.size, type));
  if ((await hasLoaded) && image.naturalWidth * image.naturalHeight <= pixels) return image;
  URL.revokeObjectURL(image.src);
  return null;
}
