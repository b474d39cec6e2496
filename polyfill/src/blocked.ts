/** Stands for the core on a page that forbids WebAssembly: the socket fails, and says why. */
import type { Core } from "nws-core";

import type { ChannelPort } from "./channel-port.ts";
import { NO_CORE } from "./failures.ts";

export function noCore(port: ChannelPort): Core {
  const nothing = () => 0;
  setTimeout(() => {
    port.state = 3;
    port.error(NO_CORE);
    port.ends(1006, false);
    port.closed();
  });
  const core: Partial<Core> = {
    connect: nothing,
    send: nothing,
    close: nothing,
    readyState: (_serial, state) => state,
    bufferedAmount: nothing,
  };
  return core as Core;
}
