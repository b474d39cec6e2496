import type { Core } from "nws-core";

import type { Handlers } from "./handlers.ts";
import type { Port } from "./port.ts";
import { needArguments, toData } from "./webidl.ts";

/** A socket object's way to the core. */
export class Wire<P extends Port = Port> {
  readonly handlers: Handlers = {};

  constructor(
    readonly core: Core,
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
      return core.readyState(port);
    },

    get bufferedAmount(): number {
      const { core, port } = wireOf(this);
      return core.bufferedAmount(port);
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
      const { core, port } = wireOf(this);
      needArguments(arguments, 1, "send");
      core.send(port, toData(_data));
    },

    close(code: unknown = undefined, reason: unknown = undefined): void {
      const { core, port } = wireOf(this);
      // Unlike Number(), the operator refuses a BigInt.
      core.close(port, code === undefined ? code : +(code as number), reason === undefined ? reason : `${reason}`);
    },
  };
}
