import { Core } from "nws-core";

import { Channel } from "./channel.ts";
import { loadCore, needWebSocket, noCore } from "./core.ts";
import { readOptions } from "./options.ts";
import { operations } from "./reachability.ts";
import { members, Slots } from "./slots.ts";
import { label, needArguments, shape } from "./webidl.ts";

/** The slots of a channel's socket. */
export let slotsOf: (socket: EventTarget) => Slots<Channel>;

/** A channel of this machine and the local network. */
export class NetworkWebSocket extends EventTarget {
  readonly #channel: string;
  readonly #slots: Slots<Channel>;

  static {
    Object.assign(this, operations);
    const events = ["open", "message", "error", "close", "connect", "disconnect", "sync", "reconnecting"];
    slotsOf = (socket) => (socket as NetworkWebSocket).#slots;
    shape(this, "NetworkWebSocket", 1, events, slotsOf, members(slotsOf));
  }

  constructor(channel: string, protocols?: unknown) {
    needArguments(arguments, 1, new.target.name);
    if (channel == null) {
      throw new TypeError(`${channel} is no name of a channel`);
    }
    needWebSocket();
    super();
    this.#channel = `${channel}`;
    const options = readOptions(protocols);
    // Every character of a channel name stands for itself in a path.
    const path = `${this instanceof LocalWebSocket ? "local" : "network"}/${this.#channel}`;
    const port = new Channel(options.endpoint, path, options.protocols);
    const core = loadCore() ? new Core(this.#channel, options.maxDelay, options.maxQueued) : noCore(options.maxQueued);
    this.#slots = new Slots(core, port, port);
    port.start(this, core);
  }

  get channel(): string {
    return this.#channel;
  }

  get peers(): readonly EventTarget[] {
    return this.#slots.port.peers;
  }

  get maxMessageSize(): number | undefined {
    return this.#slots.port.maxMessageSize;
  }

  get url(): string {
    return this.#slots.port.url;
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
