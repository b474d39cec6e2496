import { Core } from "nws-core";

import { noCore } from "./no-core.ts";
import { ChannelPort } from "./channel-port.ts";
import { label, shape } from "./interface.ts";
import { readOptions } from "./options.ts";
import { operations } from "./probe.ts";
import { loadCore, needWebSocket } from "./wasm.ts";
import { needArguments } from "./webidl.ts";
import { Slots } from "./slots.ts";

/** A channel of this machine and the local network. */
export class NetworkWebSocket extends EventTarget {
  readonly #channel: string;
  readonly #slots: Slots<ChannelPort>;

  static {
    Object.assign(this, operations);
    const events = ["open", "message", "error", "close", "connect", "disconnect", "reconnecting"];
    shape(this, "NetworkWebSocket", 1, events, (socket) => (socket as NetworkWebSocket).#slots);
  }

  constructor(channel: string, protocols?: unknown) {
    needArguments(arguments, 1, new.target.name);
    needWebSocket();
    super();
    this.#channel = `${channel}`;
    const options = readOptions(protocols);
    const port = new ChannelPort(options.endpoint, options.protocols);
    const core = loadCore()
      ? new Core(port, this instanceof LocalWebSocket, this.#channel, options.maxDelay, options.maxQueued)
      : noCore(port);
    this.#slots = new Slots(core, port, port);
    port.start(core);
    port.socket = this;
  }

  get channel(): string {
    return this.#channel;
  }

  get peers(): EventTarget[] {
    return this.#slots.port.peers;
  }

  get url(): string {
    return this.#slots.port.carrier?.url ?? "";
  }

  get extensions(): string {
    return this.#slots.port.carrier?.extensions ?? "";
  }

  get protocol(): string {
    return this.#slots.port.carrier?.protocol ?? "";
  }
}

/** A channel of this machine only. */
export class LocalWebSocket extends NetworkWebSocket {}

label(LocalWebSocket, "LocalWebSocket", 1);
