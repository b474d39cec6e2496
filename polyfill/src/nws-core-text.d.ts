/** The WebAssembly of the core, as printable.ts reads it. */
declare const text: string;
export default text;
