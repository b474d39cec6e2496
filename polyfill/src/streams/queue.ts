/** What was sent on a stream and waits for credit, oldest first. */
import type { Data } from "../port.ts";

/** A part that may go: what of the message, how many bytes, and whether the rest of the message follows. */
export interface Part {
  data: Data;
  bytes: number;
  hasMore: boolean;
}

/**
 * The most UTF-16 units of a part. In JSON they take six times as many bytes at most, and a frame of a stream has room for
 * that: `STREAM_DATA_MAX` of the protocol.
 */
const UNITS_MAX = 32_768;

interface Message {
  /** What has not been sent. */
  rest: Data;
  /** The bytes of that. */
  bytes: number;
}

/** The bytes of a text in UTF-8, or of anything else. */
export function bytesOf(data: Data): number {
  if (typeof data === "string") {
    return new TextEncoder().encode(data).length;
  }
  return ArrayBuffer.isView(data) ? data.length : data.size;
}

export class Queue {
  /** The bytes that wait. */
  bytes = 0;
  #messages: Message[] = [];

  get isEmpty(): boolean {
    return !this.#messages.length;
  }

  push(data: Data): void {
    const bytes = bytesOf(data);
    this.#messages.push({ rest: data, bytes });
    this.bytes += bytes;
  }

  /** The page may change a buffer after it has been sent: what waits has to be a copy. */
  keepLast(): void {
    const last = this.#messages.at(-1);
    if (last && ArrayBuffer.isView(last.rest)) {
      last.rest = last.rest.slice();
    }
  }

  /** Takes the next part of at most `max` bytes. There is none where not even one character fits. */
  next(max: number): Part | undefined {
    const [message] = this.#messages;
    const part = message && cut(message, max);
    if (message && part) {
      message.bytes -= part.bytes;
      this.bytes -= part.bytes;
      if (!part.hasMore) {
        this.#messages.shift();
      }
    }
    return part;
  }

  /** Throws away what waits. */
  clear(): void {
    this.bytes = 0;
    this.#messages = [];
  }
}

function cut(message: Message, max: number): Part | undefined {
  const { rest, bytes } = message;
  if (typeof rest === "string") {
    return cutText(message, rest, max);
  }
  if (bytes <= max) {
    return { data: rest, bytes, hasMore: false };
  }
  if (!max) {
    return undefined;
  }
  const isView = ArrayBuffer.isView(rest);
  const data = isView ? rest.subarray(0, max) : rest.slice(0, max);
  message.rest = isView ? rest.subarray(max) : rest.slice(max);
  return { data, bytes: max, hasMore: true };
}

function cutText(message: Message, rest: string, max: number): Part | undefined {
  if (message.bytes <= max && rest.length <= UNITS_MAX) {
    return { data: rest, bytes: message.bytes, hasMore: false };
  }
  const { read, written } = new TextEncoder().encodeInto(rest.slice(0, UNITS_MAX), new Uint8Array(max));
  // Half of a pair at the end of the slice was taken for a character of its own.
  const end = read === UNITS_MAX && isHigh(rest.charCodeAt(read - 1)) ? read - 1 : read;
  if (!end) {
    return undefined;
  }
  message.rest = rest.slice(end);
  return { data: rest.slice(0, end), bytes: end < read ? written - 3 : written, hasMore: true };
}

/** Whether a UTF-16 unit is the first half of a surrogate pair. */
function isHigh(unit: number): boolean {
  return unit >> 10 === 0x36;
}
