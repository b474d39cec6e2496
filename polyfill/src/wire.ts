import type { Core } from "nws-core";

import type { Port } from "./port.ts";

/** A socket object's way to the core: arguments converted as WebIDL asks, nothing else. */
export class Wire<P extends Port = Port> {
  constructor(
    readonly core: Core,
    readonly port: P,
  ) {}

  get readyState(): number {
    return this.core.readyState(this.port);
  }

  get bufferedAmount(): number {
    return this.core.bufferedAmount(this.port);
  }

  get binaryType(): BinaryType {
    return this.port.binaryType;
  }

  /** An enumeration ignores what is none of its values. */
  set binaryType(value: unknown) {
    const type = `${value}`;
    if (type === "blob" || type === "arraybuffer") {
      this.port.binaryType = type;
    }
  }

  send(args: IArguments): void {
    needArguments(args, 1, "send");
    this.core.send(this.port, convert(args[0]));
  }

  close(code: unknown, reason: unknown): void {
    this.core.close(
      this.port,
      code === undefined ? undefined : Number(code),
      reason === undefined ? undefined : `${reason}`,
    );
  }
}

/** Throws as the DOM does where an argument is missing. */
export function needArguments(args: IArguments, count: number, where: string): void {
  if (args.length < count) {
    throw new TypeError(`${where}: ${count} argument required, but only ${args.length} present`);
  }
}

/** Throws where the runtime lacks what sockets are made of. */
export function needWebSocket(): void {
  if (!globalThis.WebSocket) {
    throw new DOMException("No WebSocket here: Node 22 or later has one", "NotSupportedError");
  }
}

/** Converts as WebIDL converts a union of BufferSource, Blob and USVString. */
function convert(data: unknown): string | Uint8Array | Blob {
  if (data instanceof Blob) {
    return data;
  }
  if (data instanceof ArrayBuffer) {
    return new Uint8Array(data);
  }
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  return wellFormed(`${data}`);
}

/** WebIDL's USVString: half of a surrogate pair becomes U+FFFD. */
function wellFormed(text: string): string {
  return text.toWellFormed ? text.toWellFormed() : text;
}
