/** Where a received file goes: into memory, to a place on the disk that the person chooses, or into the browser's own store. */

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
 * Finds a place; to be called in the task of a click, as browsers want for a dialog.
 * @param {{name: string, size: number}} incoming
 * @returns {Promise<object | null>} null when the person closed the dialog; throws an Error with a sentence when there is no place
 */
export async function openSink(incoming) {
  if (incoming.size <= EASY) return new MemorySink();
  const chosen = await chosenPlace(incoming);
  if (chosen !== undefined) return chosen;
  return (await browserStore(incoming)) ?? memory(incoming);
}

export class MemorySink {
  #pieces = [];
  #recent = [];
  #bytes = 0;

  /** @param {string} [type] of the result; the usual one is never shown as a page */
  constructor(type = "application/octet-stream") {
    this.type = type;
  }

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

  constructor(writable) {
    this.#writable = writable;
  }

  write(bytes) {
    return this.#writable.write(bytes);
  }

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

  constructor(writable, handle, folder) {
    super(writable);
    this.#handle = handle;
    this.#folder = folder;
  }

  async finish() {
    await super.finish();
    return this.#handle.getFile();
  }

  async drop() {
    await super.drop();
    await this.#folder.removeEntry(this.#handle.name);
  }
}

/** @returns {Promise<DiskSink | null | undefined>} undefined where the browser has no such dialog */
async function chosenPlace({ name }) {
  try {
    const handle = await globalThis.showSaveFilePicker?.({ suggestedName: name });
    return handle && new DiskSink(await handle.createWritable());
  } catch (failure) {
    if (failure.name === "AbortError") return null;
    if (failure.name === "SecurityError") return undefined;
    throw new Error(`The file cannot be stored there: ${failure.message}`);
  }
}

async function browserStore({ size }) {
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(FOLDER, { create: true });
    await clear(folder);
    const { quota, usage } = await navigator.storage.estimate();
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

function memory({ size }) {
  if (size <= MEMORY_AT_MOST) return new MemorySink();
  throw new Error(`This browser has no room for a file of this size: at most ${MEMORY_AT_MOST / 1024 / 1024} MB.`);
}

/** As long as this page lives. @returns {Promise<void>} when it is held */
function hold(name) {
  return new Promise((held, fail) => {
    const holding = () => {
      held();
      return new Promise(() => {});
    };
    navigator.locks.request(LOCK + name, holding).catch(fail);
  });
}

async function clear(folder) {
  for await (const name of folder.keys()) {
    await navigator.locks.request(LOCK + name, { ifAvailable: true }, (lock) => lock && folder.removeEntry(name));
  }
}
