/** Stands for the core on a page that forbids WebAssembly: the socket fails, and says why. Until then it takes what it may. */
import type { Core } from "nws-core";

import type { ChannelPort } from "./channel-port.ts";
import { NO_CORE } from "./failures.ts";
import { ABNORMAL, Fate, State } from "./numbers.ts";

export function noCore(port: ChannelPort, maxQueued: number | undefined): Core {
  const nothing = () => 0;
  setTimeout(() => {
    port.state = State.Closed;
    port.error(NO_CORE, true);
    port.setEnd(ABNORMAL, false);
    port.closed();
  });
  const core: Partial<Core> = {
    connect: nothing,
    onEndpointFailure: nothing,
    send(_serial, state) {
      if (state !== State.Connecting) {
        return Fate.Discarded;
      }
      if (maxQueued === undefined) {
        throw new DOMException("the socket is still connecting", "InvalidStateError");
      }
      return Fate.Queued;
    },
    checkRoom(queued, bytes) {
      if (queued + bytes > maxQueued!) {
        throw new DOMException("too much is queued", "QuotaExceededError");
      }
    },
    close: nothing,
    readyState: (_serial, state) => state,
    bufferedAmount: nothing,
  };
  return core as Core;
}
