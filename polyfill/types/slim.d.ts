export * from "./networkwebsockets.js";

/** Where the WebAssembly is: a URL or request to fetch, a response, its bytes, or a compiled module. */
type Source = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/** Loads the WebAssembly. To be awaited before the first socket is made. */
export default function init(source: Source | Promise<Source>): Promise<void>;
