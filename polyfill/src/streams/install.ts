/** Gives the classes what streams need: `dial()`, `ondial` and `messages()`. */
import { additions } from "../channel.ts";
import { ACTIONS } from "../frames.ts";
import { Action } from "../generated/numbers.ts";
import { NetworkWebSocket, slotsOf } from "../network-web-socket.ts";
import { toProtocols } from "../options.ts";
import { PeerWebSocket, slotsOf as slotsOfPeer } from "../peer-web-socket.ts";
import type { SlotsOf } from "../slots.ts";
import { handlerAttribute, isObject } from "../webidl.ts";
import { ChannelStreams, stateOf } from "./channel-streams.ts";
import { messages } from "./reading.ts";

/** The member that channels' and peers' sockets share. */
function reading(slotsOf: SlotsOf): object & ThisType<EventTarget> {
  return {
    messages(options: unknown = undefined): AsyncIterableIterator<Event, undefined> {
      const { channel, port } = slotsOf(this);
      return messages(this, stateOf(channel, port), options);
    },
  };
}

const dialling: object & ThisType<EventTarget> = {
  dial(protocols: unknown = []): EventTarget {
    const { channel, port } = slotsOfPeer(this);
    const list = isObject(protocols) ? (protocols as Iterable<unknown>) : [protocols];
    return (channel.streams as ChannelStreams).dial(port, toProtocols(list));
  },
};

function extend(kind: { prototype: object }, ...parts: object[]): void {
  for (const part of parts) {
    Object.defineProperties(kind.prototype, Object.getOwnPropertyDescriptors(part));
  }
}

/** Adds them. */
export function install(): void {
  additions.query = "?streams=1";
  additions.status = '{"action":"status","streams":1}';
  additions.streams = (channel) => new ChannelStreams(channel);
  ACTIONS.stream = Action.Stream;
  extend(NetworkWebSocket, handlerAttribute("dial", slotsOf), reading(slotsOf));
  extend(PeerWebSocket, dialling, reading(slotsOfPeer));
}
