/** Conversions of what pages pass to what the core takes, as WebIDL has them. */

/** Whether a value is an object, callable or not: `typeof` lies about `document.all`. */
export function isObject(value: unknown): value is object {
  return Object(value) === value;
}

/** Throws as the DOM does where an argument is missing. */
export function needArguments(args: IArguments, count: number, where: string): void {
  if (args.length < count) {
    throw new TypeError(`${where}: ${count} argument required, but only ${args.length} present`);
  }
}

/** A union of BufferSource, Blob and USVString. */
export function toData(data: unknown): string | Uint8Array | Blob {
  const tag = tagOf(data);
  if (tag === "Blob" || tag === "File") {
    return data as Blob;
  }
  const isView = ArrayBuffer.isView(data);
  if (isView || tag === "ArrayBuffer" || tag === "SharedArrayBuffer") {
    return toBytes(data as ArrayBuffer | ArrayBufferView, isView ? data.buffer : data);
  }
  return wellFormed(`${data}`);
}

function toBytes(data: Partial<ArrayBufferView>, buffer: unknown): Uint8Array {
  if (tagOf(buffer) !== "ArrayBuffer" || (buffer as { resizable?: boolean }).resizable) {
    throw new TypeError("send: a buffer may be neither shared nor resizable");
  }
  const { byteLength } = buffer as ArrayBuffer;
  // One that is detached cannot be looked into.
  return byteLength ? new Uint8Array(buffer as ArrayBuffer, data.byteOffset, data.byteLength) : new Uint8Array();
}

/** What an object is, whichever window it comes from: `instanceof` knows only this one's classes. */
function tagOf(value: unknown): unknown {
  return (value as { [Symbol.toStringTag]?: unknown } | null | undefined)?.[Symbol.toStringTag];
}

/** A USVString: half of a surrogate pair becomes U+FFFD. */
export function wellFormed(text: string): string {
  return text.toWellFormed ? text.toWellFormed() : text;
}
