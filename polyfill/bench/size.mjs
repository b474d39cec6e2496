/** What the built package weighs: `node bench/size.mjs [--json]`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const FILES = [
  "networkwebsockets.js",
  "networkwebsockets.mjs",
  "slim.mjs",
  "networkwebsockets.wasm",
  "networkwebsockets-streams.js",
  "networkwebsockets-streams.mjs",
];

/**
 * Bytes by file: as it lies there, by gzip, by brotli.
 * @param {string} dist
 */
function sizes(dist) {
  return FILES.map((file) => {
    const bytes = readFileSync(join(dist, file));
    return { file, raw: bytes.length, gzip: gzip(bytes), brotli: brotli(bytes) };
  });
}

/**
 * The same as a table.
 * @param {string} dist
 */
export function report(dist) {
  /** @param {(string | number)[]} cells */
  const line = (cells) =>
    String(cells[0]).padEnd(24) +
    cells
      .slice(1)
      .map((cell) => String(cell).padStart(8))
      .join("");
  const rows = sizes(dist).map(({ file, raw, gzip, brotli }) => line([file, raw, gzip, brotli]));
  return [line(["polyfill/dist, bytes", "raw", "gzip", "brotli"]), ...rows].join("\n");
}

/** @param {Buffer} bytes */
function gzip(bytes) {
  return gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }).length;
}

/** @param {Buffer} bytes */
function brotli(bytes) {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = join(import.meta.dirname, "../dist");
  console.log(process.argv.includes("--json") ? JSON.stringify(sizes(dist)) : report(dist));
}
