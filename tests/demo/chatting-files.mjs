/** Files in the chat as a person handles them. */

import { crc32, deflateSync } from "node:zlib";

/** @import { Page } from "playwright-core" */

/**
 * Stands in for the dialog that asks where to save, which no test can answer: a place in the
 * browser's own store, on a disk that is slow until `hurry`.
 * @param {Page} page
 * @param {{isSlow?: boolean}} [disk]
 */
export function chosenPlace(page, { isSlow = false } = {}) {
  return page.evaluate((slow) => {
    globalThis.isSlow = slow;
    const pause = () =>
      new Promise((resolve) => {
        setTimeout(resolve, 300);
      });
    /** @param {{suggestedName: string}} options */
    globalThis.showSaveFilePicker = async ({ suggestedName }) => {
      const store = await navigator.storage.getDirectory();
      const handle = await store.getFileHandle(suggestedName, { create: true });
      const writable = await handle.createWritable();
      const write = writable.write.bind(writable);
      /** @param {FileSystemWriteChunkType} bytes */
      writable.write = async (bytes) => {
        if (globalThis.isSlow) await pause();
        return write(bytes);
      };
      return /** @type {FileSystemFileHandle} */ ({ createWritable: async () => writable });
    };
  }, isSlow);
}

/**
 * The disk is fast from now on.
 * @param {Page} page
 */
export function hurry(page) {
  return page.evaluate(() => {
    globalThis.isSlow = false;
  });
}

/**
 * A file that a test makes.
 * @typedef {{name: string, mimeType: string, buffer: Buffer}} FilePayload
 */

/**
 * The card of a file.
 * @param {Page} page
 * @param {string} name
 */
export const card = (page, name) => page.getByRole("group", { name: `File ${name}`, exact: true });

/**
 * Chooses files in the dialog of the button.
 * @param {Page} page
 * @param {(FilePayload | string)[]} files
 */
export async function attach(page, ...files) {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Send a file" }).click();
  const paths = files.filter((file) => typeof file === "string");
  const payloads = files.filter((file) => typeof file !== "string");
  await (await chooser).setFiles(paths.length > 0 ? paths : payloads);
}

/**
 * Pastes or drops files that the page's own script makes, as a person's clipboard or mouse would
 * bring them, beside all fields.
 * @param {Page} page
 * @param {"paste" | "drop" | "dragover"} how
 * @param {{name: string, mime: string, bytes: number[]}[]} files
 */
export function bring(page, how, files) {
  return page.evaluate(
    ({ type, made }) => {
      const transfer = new DataTransfer();
      for (const { name, mime, bytes } of made)
        transfer.items.add(new File([new Uint8Array(bytes)], name, { type: mime }));
      const event =
        type === "paste"
          ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
          : new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true });
      document.body.dispatchEvent(event);
    },
    { type: how, made: files },
  );
}

/**
 * What was saved to the place that `chosenPlace` gives.
 * @param {Page} page
 * @param {string} name
 */
export function savedHash(page, name) {
  return page.evaluate(async (wanted) => {
    const store = await navigator.storage.getDirectory();
    const file = await (await store.getFileHandle(wanted)).getFile();
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }, name);
}

/**
 * A picture: bands of colours.
 * @param {number} width
 * @param {number} height
 */
export function png(width, height) {
  /** @param {number} y */
  const row = (y) => Buffer.from([0, ...Array.from({ length: width }, (_, x) => [x % 256, (y * 3) % 256, 160]).flat()]);
  const pixels = Buffer.concat(Array.from({ length: height }, (_, y) => row(y)));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/**
 * @param {string} type
 * @param {Uint8Array} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
