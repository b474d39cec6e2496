import type { Core } from "nws-core";

import type { Channel } from "./channel.ts";
import { Port } from "./port.ts";
import { members, Slots } from "./slots.ts";
import { shape } from "./webidl.ts";

/** The slots of a peer's socket. */
export let slotsOf: (socket: EventTarget) => Slots;

/** A socket to one peer of a channel. */
export class PeerWebSocket extends EventTarget {
  readonly #slots: Slots;

  static {
    slotsOf = (socket) => (socket as PeerWebSocket).#slots;
    shape(this, "PeerWebSocket", 0, ["open", "message", "error", "close"], slotsOf, members(slotsOf));
  }

  /** Pages have no slots to give. */
  constructor(slots?: Slots) {
    if (!(slots instanceof Slots)) {
      throw new TypeError("Illegal constructor");
    }
    super();
    this.#slots = slots;
  }
}

/** Makes the socket of a peer, and returns its port. */
export function makePeer(core: Core, channel: Channel, serial: number, id: string): Port {
  const head = `{"action":"message","target":${JSON.stringify(id)},"data":`;
  const port = new Port(serial, id, channel.origin, head, id);
  port.binaryType = channel.binaryType;
  port.socket = new PeerWebSocket(new Slots(core, channel, port));
  return port;
}
