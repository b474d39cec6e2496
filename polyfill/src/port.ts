import { closeEvent, errorEvent, NetworkMessageEvent } from "./events.ts";
import { binaryHead } from "./frames.ts";

/** What a socket takes. */
export type Data = string | Uint8Array | Blob;

/** What a connection carries. */
export type Frame = string | Uint8Array<ArrayBuffer> | Blob;

/** The bytes of `data` as `bufferedAmount` counts them. If they are not above `limit`, they may be counted as fewer. */
export function sizeOf(data: Data, limit: number | undefined): number {
  if (typeof data === "string") {
    // No character takes more than three.
    return data.length * 3 > limit! ? new TextEncoder().encode(data).length : data.length;
  }
  return ArrayBuffer.isView(data) ? data.length : data.size;
}

/** How a socket ended. */
export interface End {
  code: number;
  reason: string;
  wasClean: boolean;
}

/** What a socket object keeps for the core, the frames that it sends, and the events that are fired on it. */
export class Port {
  /** Bytes that it took and that no connection carries: none will, or none does yet. */
  retained = 0;
  binaryType: BinaryType = "blob";
  socket!: EventTarget;
  #binaryHead: Uint8Array<ArrayBuffer> | undefined;

  constructor(
    readonly serial: number,
    public id: string,
    public origin: string,
    /** What stands before the data in every structured frame. */
    readonly head: string,
    /** The peer to which binary frames go, empty for everybody. */
    readonly target: string,
  ) {}

  /** The frame that carries `data`. A Blob is joined, never read, so that it keeps its place among what is sent. */
  frame(data: Data): Frame {
    if (typeof data === "string") {
      return `${this.head}${JSON.stringify(data)}}`;
    }
    const head = this.binaryHead;
    if (!ArrayBuffer.isView(data)) {
      return new Blob([head, data]);
    }
    const frame = new Uint8Array(head.length + data.length);
    frame.set(head);
    frame.set(data, head.length);
    return frame;
  }

  /** How many bytes of a frame are not the page's. Envelope and escapes are ASCII, so characters of them are bytes. */
  overhead(data: Data, frame: Frame): number {
    return typeof data === "string" ? (frame as string).length - data.length : this.binaryHead.length;
  }

  get binaryHead(): Uint8Array<ArrayBuffer> {
    return (this.#binaryHead ??= binaryHead(this.target));
  }

  message(data: unknown, senderId: string, peer: Port | undefined): void {
    const payload = typeof data !== "string" && this.binaryType === "blob" ? new Blob([data as ArrayBuffer]) : data;
    this.socket.dispatchEvent(new NetworkMessageEvent(payload, this.origin, senderId, peer ? peer.socket : null));
  }

  fail(reason: string, message: string, fatal = false, targetId = ""): void {
    this.socket.dispatchEvent(errorEvent(reason, message, fatal, targetId));
  }

  end({ code, reason, wasClean }: End): void {
    this.socket.dispatchEvent(closeEvent(code, reason, wasClean));
  }
}

type Item = [frame: Frame, overhead: number, bytes: number];

/** What was sent while there was no connection: frames for the next one, oldest first. */
export class Queue {
  /** The bytes of them that the page gave. */
  bytes = 0;
  #items: Item[] = [];

  push(frame: Frame, overhead: number, bytes: number): void {
    this.#items.push([frame, overhead, bytes]);
    this.bytes += bytes;
  }

  /** Takes all of them out. */
  empty(): Item[] {
    this.bytes = 0;
    return this.#items.splice(0);
  }
}
