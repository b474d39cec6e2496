/** What the scripts of measured pages put on the global object, beside the classes of the package. */
import "../types/global.d.ts";

declare global {
  /** Of construct.mjs: milliseconds. */
  var elapsed: number;
  /** Of heap.mjs: that of the WebAssembly. */
  var memory: WebAssembly.Memory;
  var contenders: typeof import("./contenders.mjs");
  /** Of streams.mjs. */
  var streams: typeof import("./stream-page.mjs");
}
