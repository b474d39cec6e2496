/** Frames of streams. The README of the project has a table of them. */
import { idIn } from "../frames.ts";
import type { Frame } from "../port.ts";
import type { Part } from "./queue.ts";

/** The kind of binary frames of streams. */
const KIND = 3;

/** The bytes between id and payload: number and flags. */
const HEAD = 5;

/** What a frame says, or may say: it comes from another program. */
export interface StreamFrame {
  stream: number;
  event: string;
  protocols?: string[];
  protocol?: string;
  credit?: unknown;
  text?: string;
  /** The payload of a binary frame. */
  bytes?: Uint8Array<ArrayBuffer>;
  more?: unknown;
  code?: unknown;
  reason?: unknown;
  error?: string;
}

/** Reads a binary frame, if it is one of a stream. Its bytes stay where they are. */
export function readPart(frame: ArrayBuffer): { source: string; frame: StreamFrame } | undefined {
  const bytes = new Uint8Array(frame);
  const start = 2 + bytes[1]!;
  const source = idIn(bytes);
  if (bytes[0] !== KIND || bytes.length < start + HEAD || source === undefined) {
    return undefined;
  }
  const stream = new DataView(frame).getUint32(start);
  const more = (bytes[start + 4]! & 1) === 1;
  return { source, frame: { stream, event: "data", more, bytes: bytes.subarray(start + HEAD) } };
}

/** The frame of a part, and how many bytes of it are not the page's. */
export function writePart(target: string, stream: number, part: Part): { frame: Frame; overhead: number } {
  const { data, hasMore } = part;
  if (typeof data === "string") {
    const more = hasMore ? '"more":true,' : "";
    const said = `{"stream":${stream},"event":"data",${more}"text":${JSON.stringify(data)}}`;
    const frame = `{"action":"stream","target":${JSON.stringify(target)},"data":${said}}`;
    return { frame, overhead: frame.length - data.length };
  }
  const id = new TextEncoder().encode(target);
  const overhead = 2 + id.length + HEAD;
  const isView = ArrayBuffer.isView(data);
  const frame = new Uint8Array(overhead + (isView ? data.length : 0));
  frame.set([KIND, id.length, ...id]);
  new DataView(frame.buffer).setUint32(2 + id.length, stream);
  frame[overhead - 1] = hasMore ? 1 : 0;
  if (!isView) {
    return { frame: new Blob([frame, data]), overhead };
  }
  frame.set(data, overhead);
  return { frame, overhead };
}
