/**
 * Bytes as printable ASCII, with those of lower and upper case letters exchanged: then those below 93 as one character,
 * the others as two. The exchange saves brotli two hundredths of the script.
 *
 * A compressor finds repetitions in it as well as in the bytes themselves, which base64 hides: the script is a fifth
 * smaller by gzip, and no longer without. build.mjs has the other half.
 *
 * Decoding is a third of what the first construction takes, as no compiler has looked at the loop yet: it is written for few
 * steps, with what could be said by differences added up.
 */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  const codes = new TextEncoder().encode(text);
  const end = codes.length;
  let length = 0;
  for (let i = 0; i < end; ) {
    const code = codes[i++]!;
    codes[length++] = (code < 125 ? code - 32 : (code - 125) * 95 + codes[i++]! + 61) ^ 32;
  }
  return codes.subarray(0, length);
}
