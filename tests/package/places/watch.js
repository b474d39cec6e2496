/** Looks for side effects: what becomes global, and what is compiled. */

/** @import { Sockets } from "./conversation.js" */

export function watch() {
  const before = new Set(Object.getOwnPropertyNames(globalThis));
  let compiled = 0;
  WebAssembly.Module = new Proxy(WebAssembly.Module, {
    construct: (target, args) => {
      compiled += 1;
      return Reflect.construct(target, args);
    },
  });
  /** @param {Sockets} sockets */
  return (sockets) => {
    const globals = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name));
    const found = { classes: Object.keys(sockets).sort(), globals, compiled };
    console.log(JSON.stringify({ ...found, error: refusal(sockets) }));
  };
}

/** @param {Sockets} sockets */
function refusal({ NetworkWebSocket }) {
  try {
    new NetworkWebSocket("channel");
    return "none";
  } catch (failure) {
    const { name, message } = Object(failure);
    return [name, message];
  }
}
