import { Core } from "nws-core";

import { ChannelPort } from "./channel-port.ts";
import { shape } from "./interface.ts";
import { readOptions } from "./options.ts";
import { need } from "./wasm.ts";
import { needArguments, needWebSocket, Wire } from "./wire.ts";

/** A channel of this machine and the local network. */
export class NetworkWebSocket extends EventTarget {
  readonly #channel: string;
  readonly #wire: Wire<ChannelPort>;

  constructor(channel: string, protocols?: unknown) {
    needArguments(arguments, 1, new.target.name);
    needWebSocket();
    super();
    this.#channel = `${channel}`;
    const { endpoint, ...options } = readOptions(protocols);
    need();
    const port = new ChannelPort(this, endpoint);
    const local = this instanceof LocalWebSocket;
    const core = new Core(port, local, this.#channel, options.protocols, options.maxDelay, options.maxQueued);
    this.#wire = new Wire(core, port);
    port.start(core);
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
    return this.#wire.port.carrier?.url ?? "";
  }

  get readyState(): number {
    return this.#wire.readyState;
  }

  get bufferedAmount(): number {
    return this.#wire.bufferedAmount;
  }

  get extensions(): string {
    return this.#wire.port.carrier?.extensions ?? "";
  }

  get protocol(): string {
    return this.#wire.port.carrier?.protocol ?? "";
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

shape(NetworkWebSocket, "NetworkWebSocket", 1, ["open", "message", "error", "close", "connect", "disconnect", "reconnecting"]);
shape(LocalWebSocket, "LocalWebSocket", 1, []);
