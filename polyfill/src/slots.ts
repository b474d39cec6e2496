import { closeCode, type Core } from "nws-core";

// Only types lead back from here to the ports and handlers, and they are gone when the script runs. A
// slot is what these parts know of each other, so each names the others.
import type { Channel } from "./channel.ts";
import { loadCore } from "./core.ts";
import { Fate, NO_STATUS } from "./generated/numbers.ts";
import { type End, type Port, sizeOf } from "./port.ts";
import { type Handlers, needArguments, toData, wellFormed } from "./webidl.ts";

/** The internal slots of a socket object. */
export class Slots<P extends Port = Port> {
  readonly handlers: Handlers = {};

  constructor(
    readonly core: Core,
    readonly channel: Channel,
    readonly port: P,
  ) {}
}

/** Finds an object's slots, and throws a TypeError where it has none. */
export type SlotsOf = (socket: EventTarget) => Slots;

type Inspect = (value: object, options: object) => string;

interface Inspected {
  [Symbol.toStringTag]: string;
  toJSON(this: EventTarget): object;
}

/** The members that channels' and peers' sockets share. */
export function members(slotsOf: SlotsOf): object & ThisType<EventTarget> {
  return {
    get id(): string {
      return slotsOf(this).port.id;
    },

    get readyState(): number {
      const { core, channel, port } = slotsOf(this);
      return core.readyState(port.serial, channel.connection);
    },

    get bufferedAmount(): number {
      const { core, channel, port } = slotsOf(this);
      return channel.bufferedAmountOf(port.serial, core) + port.retained;
    },

    get binaryType(): BinaryType {
      return slotsOf(this).port.binaryType;
    },

    /** An enumeration ignores what is none of its values. */
    set binaryType(value: unknown) {
      const { port } = slotsOf(this);
      const type = `${value}`;
      if (type === "blob" || type === "arraybuffer") {
        port.binaryType = type;
      }
    },

    send(_data: unknown): void {
      const { core, channel, port } = slotsOf(this);
      needArguments(arguments, 1, "send");
      const data = toData(_data);
      const { maxMessageSize } = channel;
      if (sizeOf(data, maxMessageSize) > maxMessageSize!) {
        throw new TypeError(`send: more than ${maxMessageSize} bytes`);
      }
      const fate = core.send(port.serial, channel.connection);
      if (fate === Fate.Discarded) {
        port.retained += sizeOf(data, 0);
        return;
      }
      const frame = port.frame(data);
      if (fate === Fate.Queued) {
        channel.keep(core, data, frame);
      } else {
        channel.transmit(port.serial, frame, port.overhead(data, frame));
      }
    },

    /** What there is to see of it. */
    toJSON(): object {
      slotsOf(this);
      const socket = this as unknown as Record<string, unknown>;
      const names = ["channel", "url", "id", "readyState", "peers"].filter((name) => name in socket);
      return Object.fromEntries(names.map((name) => [name, socket[name]]));
    },

    /** For `console.log` of Node, Deno and Bun. */
    [Symbol.for("nodejs.util.inspect.custom")](_depth: number, options: object, inspect: Inspect): string {
      const { [Symbol.toStringTag]: name, toJSON } = this as unknown as Inspected;
      return `${name} ${inspect(toJSON.call(this), options)}`;
    },

    close(code: unknown = undefined, reason: unknown = undefined): void {
      const { core, channel, port } = slotsOf(this);
      channel.close(core, port, toEnd(code, reason));
    },
  };
}

/** What a page closes a socket with. The code is converted before the reason, and judged after it. */
export function toEnd(code: unknown, reason: unknown): Omit<End, "wasClean"> {
  // Unlike Number(), the operator refuses a BigInt.
  const number = code === undefined ? code : +(code as number);
  const text = reason === undefined ? "" : wellFormed(`${reason}`);
  // On a page that forbids WebAssembly there is nothing to close.
  return { code: loadCore() ? closeCode(number, text) : NO_STATUS, reason: text };
}
