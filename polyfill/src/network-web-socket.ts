import { Core } from "nws-core";

import { noCore } from "./blocked.ts";
import { ChannelPort } from "./channel-port.ts";
import { label, shape } from "./interface.ts";
import { readOptions } from "./options.ts";
import { operations } from "./probe.ts";
import { need, needWebSocket } from "./wasm.ts";
import { needArguments } from "./webidl.ts";
import { Wire } from "./wire.ts";

/** A channel of this machine and the local network. */
export class NetworkWebSocket extends EventTarget {
  readonly #channel: string;
  readonly #wire: Wire<ChannelPort>;

  static {
    Object.assign(this, operations);
    const events = ["open", "message", "error", "close", "connect", "disconnect", "reconnecting"];
    shape(this, "NetworkWebSocket", 1, events, (socket) => (socket as NetworkWebSocket).#wire);
  }

  constructor(channel: string, protocols?: unknown) {
    needArguments(arguments, 1, new.target.name);
    needWebSocket();
    super();
    this.#channel = `${channel}`;
    const options = readOptions(protocols);
    const port = new ChannelPort(options.endpoint, options.protocols);
    const core = need()
      ? new Core(port, this instanceof LocalWebSocket, this.#channel, options.maxDelay, options.maxQueued)
      : noCore(port);
    this.#wire = new Wire(core, port, port);
    port.start(core);
    port.socket = this;
  }

  get channel(): string {
    return this.#channel;
  }

  get peers(): EventTarget[] {
    return this.#wire.port.peers;
  }

  get url(): string {
    return this.#wire.port.carrier?.url ?? "";
  }

  get extensions(): string {
    return this.#wire.port.carrier?.extensions ?? "";
  }

  get protocol(): string {
    return this.#wire.port.carrier?.protocol ?? "";
  }
}

/** A channel of this machine only. */
export class LocalWebSocket extends NetworkWebSocket {}

label(LocalWebSocket, "LocalWebSocket", 1);
