/** Stands for the core on a page that forbids WebAssembly: the socket fails, and says why. */
import type { Core } from "nws-core";

import type { ChannelPort } from "./channel-port.ts";
import { NO_CORE } from "./failures.ts";
import { ABNORMAL, Fate, State } from "./numbers.ts";

export function noCore(port: ChannelPort): Core {
  const nothing = () => 0;
  setTimeout(() => {
    port.state = State.Closed;
    port.error(NO_CORE);
    port.setEnd(ABNORMAL, false);
    port.closed();
  });
  const core: Partial<Core> = {
    connect: nothing,
    onEndpointFailure: nothing,
    send(_serial, state) {
      if (state === State.Connecting) {
        throw new DOMException("the socket is still connecting", "InvalidStateError");
      }
      return Fate.Discarded;
    },
    close: nothing,
    readyState: (_serial, state) => state,
    bufferedAmount: nothing,
  };
  return core as Core;
}
