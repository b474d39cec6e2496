import { Core } from "nws-core";

import { presenceEvent } from "./events.ts";
import { shape } from "./interface.ts";
import { readOptions } from "./options.ts";
import { makePeer } from "./peer-web-socket.ts";
import { Port } from "./port.ts";
import { need } from "./wasm.ts";
import { needArguments, needWebSocket, Wire } from "./wire.ts";

let coreOf: (socket: NetworkWebSocket) => Core;

/** A channel of this machine and the local network. */
export class NetworkWebSocket extends EventTarget {
  readonly #channel: string;
  readonly #wire: Wire;

  static {
    coreOf = (socket) => socket.#wire.core;
  }

  constructor(channel: string, protocols?: unknown) {
    needArguments(arguments, 1, new.target.name);
    needWebSocket();
    super();
    this.#channel = `${channel}`;
    const options = readOptions(protocols);
    need();
    const port = new ChannelPort(this, 0, "", "");
    const local = this instanceof LocalWebSocket;
    const core = new Core(port, local, this.#channel, options.endpoint, options.protocols);
    port.origin = new URL(core.socket.url).origin;
    this.#wire = new Wire(core, port);
  }

  get channel(): string {
    return this.#channel;
  }

  get id(): string {
    return this.#wire.port.id;
  }

  get peers(): EventTarget[] {
    return this.#wire.core.peers().map((port) => port.socket);
  }

  get url(): string {
    return this.#wire.core.socket.url;
  }

  get readyState(): number {
    return this.#wire.readyState;
  }

  get bufferedAmount(): number {
    return this.#wire.bufferedAmount;
  }

  get extensions(): string {
    return this.#wire.core.socket.extensions;
  }

  get protocol(): string {
    return this.#wire.core.socket.protocol;
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

/** A channel of this machine only. */
export class LocalWebSocket extends NetworkWebSocket {}

shape(NetworkWebSocket, "NetworkWebSocket", 1, ["open", "message", "error", "close", "connect", "disconnect"]);
shape(LocalWebSocket, "LocalWebSocket", 1, []);

/** The port of a channel's own socket. */
class ChannelPort extends Port {
  peer(serial: number, id: string): Port {
    return makePeer(coreOf(this.socket as NetworkWebSocket), serial, id, this.origin);
  }

  connected(peer: Port): void {
    this.socket.dispatchEvent(presenceEvent("connect", peer.socket));
  }

  disconnected(peer: Port): void {
    this.socket.dispatchEvent(presenceEvent("disconnect", peer.socket));
  }

  /** Lets go of the page's object: the core holds this port for longer. */
  override closed(code: number, reason: string, wasClean: boolean): void {
    super.closed(code, reason, wasClean);
    this.socket = new EventTarget();
  }
}
