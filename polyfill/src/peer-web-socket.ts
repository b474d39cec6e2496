import type { Core } from "nws-core";

import { shape } from "./interface.ts";
import { Port } from "./port.ts";
import { Wire } from "./wire.ts";

/** Only the core makes peers' sockets. */
const MAKER = Symbol();

let portOf: (socket: PeerWebSocket) => Port;

/** A socket to one peer of a channel. */
export class PeerWebSocket extends EventTarget {
  readonly #wire: Wire;

  static {
    portOf = (socket) => socket.#wire.port;
  }

  constructor(maker?: typeof MAKER, core?: Core, serial?: number, id?: string, origin?: string) {
    if (maker !== MAKER) {
      throw new TypeError("Illegal constructor");
    }
    super();
    this.#wire = new Wire(core!, new Port(this, serial!, id!, origin!));
  }

  get id(): string {
    return this.#wire.port.id;
  }

  get readyState(): number {
    return this.#wire.readyState;
  }

  get bufferedAmount(): number {
    return this.#wire.bufferedAmount;
  }

  get binaryType(): BinaryType {
    return this.#wire.binaryType;
  }

  set binaryType(value: unknown) {
    this.#wire.binaryType = value;
  }

  send(_data: unknown): void {
    this.#wire.send(arguments);
  }

  close(code: unknown = undefined, reason: unknown = undefined): void {
    this.#wire.close(code, reason);
  }
}

shape(PeerWebSocket, "PeerWebSocket", 0, ["open", "message", "error", "close"]);

/** Makes the socket of a peer, and returns its port. */
export function makePeer(core: Core, serial: number, id: string, origin: string): Port {
  return portOf(new PeerWebSocket(MAKER, core, serial, id, origin));
}
