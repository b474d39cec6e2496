/** The core: when its WebAssembly is loaded, which is not before the first socket, and what stands for it where it cannot be. */
import type { Core } from "nws-core";

import { ARGUMENT, Failure, Fate, HAS_MORE, InputCode, ReadyState, StepCode } from "./generated/numbers.ts";

let load: (() => void) | undefined;

/** Says how to load it. */
export function provide(loader: () => void): void {
  load = loader;
}

/** Loads it unless it is there, and returns whether the page lets it. */
export function loadCore(): boolean {
  try {
    load?.();
    load = undefined;
  } catch (error) {
    if (error instanceof DOMException) {
      throw error;
    }
  }
  return !load;
}

/** Throws where the runtime lacks what sockets are made of. */
export function needWebSocket(): void {
  for (const name of ["WebSocket", "TextEncoder", "TextDecoder"] as const) {
    if (!globalThis[name]) {
      throw new DOMException(`No ${name} here: browsers and Node 22 or later have one`, "NotSupportedError");
    }
  }
}

/** Stands for the core on a page that forbids WebAssembly: the socket fails, and says why. Until then it takes what it may. */
export function noCore(maxQueued: number | undefined): Core {
  let state = ReadyState.Connecting;
  const steps = [StepCode.Wait, (StepCode.FailFatally | HAS_MORE) + Failure.NoCore * ARGUMENT, StepCode.Closed];
  const step = () => steps.shift()!;
  const core: Partial<Core> = {
    step,
    on(input) {
      if (input !== InputCode.Awake) {
        return StepCode.Done;
      }
      state = ReadyState.Closed;
      return step();
    },
    send() {
      if (state === ReadyState.Closed) {
        return Fate.Discarded;
      }
      if (maxQueued === undefined) {
        throw new DOMException("the socket is still connecting", "InvalidStateError");
      }
      return Fate.Queued;
    },
    checkRoom(bytes) {
      if (bytes > maxQueued!) {
        throw new DOMException("too much is queued", "QuotaExceededError");
      }
    },
    readyState: () => state,
    bufferedAmount: () => 0,
  };
  return core as Core;
}
