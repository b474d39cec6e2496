import type { Core } from "nws-core";

import { type ChannelPort, length } from "./channel-port.ts";
import type { Handlers } from "./handlers.ts";
import type { Port } from "./port.ts";
import { needArguments, toData } from "./webidl.ts";

/** What becomes of a frame, by the core's numbers; 0 is sent. */
const QUEUED = 1;

/** A socket object's way to the core. */
export class Wire<P extends Port = Port> {
  readonly handlers: Handlers = {};

  constructor(
    readonly core: Core,
    readonly channel: ChannelPort,
    readonly port: P,
  ) {}
}

/** Finds an object's wire, and throws a TypeError where it has none. */
export type WireOf = (socket: EventTarget) => Wire;

/** The members that channels' and peers' sockets share. */
export function members(wireOf: WireOf): object & ThisType<EventTarget> {
  return {
    get id(): string {
      return wireOf(this).port.id;
    },

    get readyState(): number {
      const { core, port } = wireOf(this);
      return core.readyState(port.serial, port.state);
    },

    get bufferedAmount(): number {
      const { core, port } = wireOf(this);
      return core.bufferedAmount(port.serial) + port.discarded;
    },

    get binaryType(): BinaryType {
      return wireOf(this).port.binaryType;
    },

    /** An enumeration ignores what is none of its values. */
    set binaryType(value: unknown) {
      const { port } = wireOf(this);
      const type = `${value}`;
      if (type === "blob" || type === "arraybuffer") {
        port.binaryType = type;
      }
    },

    send(_data: unknown): void {
      const { core, channel, port } = wireOf(this);
      needArguments(arguments, 1, "send");
      const data = toData(_data);
      const frame = port.frame(data);
      const fate = core.send(port.serial, port.state, frame, port.overhead(data, frame));
      if (fate === QUEUED) {
        channel.enqueue(core, data, frame);
      } else if (fate) {
        port.discarded += length(data);
      }
    },

    close(code: unknown = undefined, reason: unknown = undefined): void {
      const { core, channel, port } = wireOf(this);
      channel.close(
        core,
        port,
        // Unlike Number(), the operator refuses a BigInt.
        code === undefined ? code : +(code as number),
        reason === undefined ? reason : `${reason}`,
      );
    },
  };
}
