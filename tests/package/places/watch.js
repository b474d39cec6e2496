/** Looks for side effects: what becomes global, and what is compiled. */

export function watch() {
  const before = new Set(Object.getOwnPropertyNames(globalThis));
  let compiled = 0;
  WebAssembly.Module = new Proxy(WebAssembly.Module, {
    construct: (target, args) => {
      compiled += 1;
      return new target(...args);
    },
  });
  return (sockets) => {
    const globals = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name));
    const found = { classes: Object.keys(sockets).sort(), globals, compiled };
    console.log(JSON.stringify({ ...found, error: refusal(sockets) }));
  };
}

function refusal({ NetworkWebSocket }) {
  try {
    new NetworkWebSocket("channel");
    return "none";
  } catch ({ name, message }) {
    return [name, message];
  }
}
