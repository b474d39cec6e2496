import type { Core } from "nws-core";

import type { ChannelPort } from "./channel-port.ts";
import { shape } from "./interface.ts";
import { Port } from "./port.ts";
import { Wire } from "./wire.ts";

/** A socket to one peer of a channel. */
export class PeerWebSocket extends EventTarget {
  readonly #wire: Wire;

  static {
    const wireOf = (socket: EventTarget) => (socket as PeerWebSocket).#wire;
    shape(this, "PeerWebSocket", 0, ["open", "message", "error", "close"], wireOf);
  }

  /** Pages have no wire to give. */
  constructor(wire?: Wire) {
    if (!(wire instanceof Wire)) {
      throw new TypeError("Illegal constructor");
    }
    super();
    this.#wire = wire;
  }
}

/** Makes the socket of a peer, and returns its port. */
export function makePeer(core: Core, channel: ChannelPort, serial: number, id: string): Port {
  const head = `{"action":"message","target":${JSON.stringify(id)},"data":`;
  const port = new Port(serial, id, channel.origin, head, id);
  port.socket = new PeerWebSocket(new Wire(core, channel, port));
  return port;
}
