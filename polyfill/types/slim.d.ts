export * from "./networkwebsockets.js";

/**
 * Loads the WebAssembly. To be awaited before the first socket is made.
 *
 * `source` says where it is: a URL or request to fetch, a response, the bytes, a compiled `WebAssembly.Module` (which has
 * no members for TypeScript to know it by), or a promise of one of these.
 */
export default function init(source: string | object): Promise<void>;
