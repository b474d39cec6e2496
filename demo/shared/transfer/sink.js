/** Where a received file goes: into memory, to a place on the disk that the person chooses, or into the browser's own store. */

import { messageOf, nameOf } from "../failure.js";

/** @import { Bytes } from "./wire.js" */

/** Up to here nobody is asked for a place: memory has room, and the browser's list of downloads has it at the end. */
const EASY = 32 * 1024 * 1024;
/** Without any disk. Browsers keep a blob of this size, some of them in memory. */
const MEMORY_AT_MOST = 512 * 1024 * 1024;
/** Parts are handed over in blobs of this size, which the browser may keep elsewhere than in this page. */
const PIECE = 8 * 1024 * 1024;
/** In the browser's store, which other programs of this origin may use as well. */
const FOLDER = "networkwebsockets-files";
/** Files there are locked by the page that has them, so that another page can clear what nobody has. */
const LOCK = "networkwebsockets-file-";

/**
 * Where one file goes, in order. `finish` has the file, or null where it lies on the disk.
 * @typedef {object} Sink
 * @property {(bytes: Bytes) => Promise<void>} write
 * @property {() => Promise<Blob | null>} finish
 * @property {() => Promise<void>} drop
 */

/**
 * The dialog of some browsers, which TypeScript does not know.
 * @typedef {(options: {suggestedName: string}) => Promise<FileSystemFileHandle>} SavePicker
 */

/**
 * Finds a place; to be called in the task of a click, as browsers want for a dialog.
 * @param {{name: string, size: number}} incoming
 * @returns {Promise<Sink | null>} null when the person closed the dialog; throws an Error with a
 *   sentence when there is no place
 */
export async function openSink(incoming) {
  if (incoming.size <= EASY) return new MemorySink();
  const chosen = await chosenPlace(incoming);
  if (chosen !== undefined) return chosen;
  return (await browserStore(incoming)) ?? memory(incoming);
}

export class MemorySink {
  /** @type {Blob[]} */
  #pieces = [];
  /** @type {Bytes[]} */
  #recent = [];
  #bytes = 0;

  /** @param {string} [type] of the result; the usual one is never shown as a page */
  constructor(type = "application/octet-stream") {
    this.type = type;
  }

  /** @param {Bytes} bytes */
  async write(bytes) {
    this.#recent.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes < PIECE) return;
    this.#pieces.push(new Blob(this.#recent));
    this.#recent = [];
    this.#bytes = 0;
  }

  async finish() {
    return new Blob([...this.#pieces, ...this.#recent], { type: this.type });
  }

  async drop() {
    this.#pieces = [];
    this.#recent = [];
  }
}

/** Streams to the disk; what is there is complete or not there. */
class DiskSink {
  #writable;

  /** @param {FileSystemWritableFileStream} writable */
  constructor(writable) {
    this.#writable = writable;
  }

  /** @param {Bytes} bytes */
  write(bytes) {
    return this.#writable.write(bytes);
  }

  /** @returns {Promise<Blob | null>} */
  async finish() {
    await this.#writable.close();
    return null;
  }

  drop() {
    return this.#writable.abort();
  }
}

/** Streams into the browser's store, from where the download is taken at the end. */
class StoreSink extends DiskSink {
  #folder;
  #handle;

  /**
   * @param {FileSystemWritableFileStream} writable
   * @param {FileSystemFileHandle} handle
   * @param {FileSystemDirectoryHandle} folder
   */
  constructor(writable, handle, folder) {
    super(writable);
    this.#handle = handle;
    this.#folder = folder;
  }

  /** @override */
  async finish() {
    await super.finish();
    return this.#handle.getFile();
  }

  /** @override */
  async drop() {
    await super.drop();
    await this.#folder.removeEntry(this.#handle.name);
  }
}

/**
 * @param {{name: string}} incoming
 * @returns {Promise<DiskSink | null | undefined>} undefined where the browser has no such dialog
 */
async function chosenPlace({ name }) {
  try {
    /** @type {typeof globalThis & {showSaveFilePicker?: SavePicker}} */
    const { showSaveFilePicker } = globalThis;
    const handle = await showSaveFilePicker?.({ suggestedName: name });
    return handle && new DiskSink(await handle.createWritable());
  } catch (failure) {
    if (nameOf(failure) === "AbortError") return null;
    if (nameOf(failure) === "SecurityError") return undefined;
    throw new Error(`The file cannot be stored there: ${messageOf(failure)}`);
  }
}

/** @param {{size: number}} incoming */
async function browserStore({ size }) {
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(FOLDER, { create: true });
    await clear(folder);
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    if (quota - usage < size) return undefined;
    // Two pages may receive the same file.
    const name = crypto.randomUUID();
    await hold(name);
    const handle = await folder.getFileHandle(name, { create: true });
    return new StoreSink(await handle.createWritable(), handle, folder);
  } catch {
    // Private windows and older browsers have none.
    return undefined;
  }
}

/** @param {{size: number}} incoming */
function memory({ size }) {
  if (size <= MEMORY_AT_MOST) return new MemorySink();
  throw new Error(`This browser has no room for a file of this size: at most ${MEMORY_AT_MOST / 1024 / 1024} MB.`);
}

/**
 * As long as this page lives.
 * @returns {Promise<void>} when it is held
 * @param {string} name
 */
function hold(name) {
  return new Promise((held, fail) => {
    const holding = () => {
      held();
      return new Promise(() => {});
    };
    navigator.locks.request(LOCK + name, holding).catch(fail);
  });
}

/** @param {FileSystemDirectoryHandle} folder */
async function clear(folder) {
  for await (const name of folder.keys()) {
    await navigator.locks.request(LOCK + name, { ifAvailable: true }, (lock) => lock && folder.removeEntry(name));
  }
}
