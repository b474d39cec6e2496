import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Makes a folder hold these files and nothing else. A file that has its bytes already is not written: so cargo does not
 * compile the proxy again that carries it.
 * @param {string} folder
 * @param {Map<string, Uint8Array>} files by their names
 * @param {string[]} others names of files that come from elsewhere, and stay
 */
export async function fill(folder, files, others = []) {
  await mkdir(folder, { recursive: true });
  const old = (await readdir(folder)).filter((name) => !files.has(name) && !others.includes(name));
  await Promise.all(old.map((name) => rm(join(folder, name), { recursive: true })));
  await Promise.all([...files].map(([name, bytes]) => write(join(folder, name), bytes)));
}

/**
 * @param {string} file
 * @param {Uint8Array} bytes
 */
async function write(file, bytes) {
  const there = await readFile(file).catch(() => null);
  if (!there?.equals(bytes)) await writeFile(file, bytes);
}
