/** The WebAssembly in the scripts is read as it was written. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { transform } from "esbuild";

import { encode } from "../printable.mjs";

const source = await readFile(join(import.meta.dirname, "../src/printable.ts"), "utf8");
const { code } = await transform(source, { loader: "ts" });
const { decode } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

const BYTES = Array.from({ length: 256 }, (_, byte) => byte);

test("each byte is itself, alone and next to each other one", () => {
  const pairs = BYTES.flatMap((first) => BYTES.flatMap((second) => [first, second]));
  for (const bytes of [...BYTES.map((byte) => [byte]), pairs, []]) {
    assert.deepEqual(Array.from(decode(encode(Uint8Array.from(bytes)))), bytes);
  }
});

test("it is printable ASCII", () => {
  assert.match(encode(Uint8Array.from(BYTES)), /^[ -~]+$/);
});
