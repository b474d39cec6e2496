/** When the core's WebAssembly is loaded: not before the first socket. */

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
