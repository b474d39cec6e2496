/** When the core's WebAssembly is loaded: not before the first socket. */

let load: (() => void) | undefined;

/** Says how to load it. */
export function provide(loader: () => void): void {
  load = loader;
}

/** Loads it unless it is there. */
export function need(): void {
  load?.();
  load = undefined;
}
