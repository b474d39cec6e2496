/** What WebIDL makes of the interface, after idlharness. */
import { collect } from "./probes.mjs";

const { standard, probes } = collect();
export { probes as standardOfInterfaces };

const MEMBERS = {
  url: "string",
  readyState: "number",
  bufferedAmount: "number",
  onopen: "object",
  onerror: "object",
  onclose: "object",
  extensions: "string",
  protocol: "string",
  onmessage: "object",
  binaryType: "string",
  send: "function",
  close: "function",
};
for (const [name, type] of Object.entries(MEMBERS)) {
  standard(
    `a socket inherits ${name} with its type`,
    [true, false, type],
    `(() => {
      const ws = make();
      return ["${name}" in ws, Object.hasOwn(ws, "${name}"), typeof ws.${name}];
    })()`,
  );
  standard(
    `${name} of other objects`,
    ["TypeError", "TypeError", "TypeError"],
    `(() => {
      const { get, value } = Object.getOwnPropertyDescriptor(kind.prototype, "${name}");
      return [{}, kind.prototype, null].map((other) => thrown(() => (get ?? value).call(other, "x")));
    })()`,
  );
}

for (const [name, length] of /** @type {const} */ ([
  ["send", 1],
  ["close", 0],
])) {
  standard(
    `the operation ${name}()`,
    [{ writable: true, enumerable: true, configurable: true }, name, length, "TypeError"],
    `(() => {
      const { value, ...flags } = Object.getOwnPropertyDescriptor(kind.prototype, "${name}");
      return [flags, value.name, value.length, thrown(() => new value())];
    })()`,
  );
}

standard("the attribute binaryType", ["function", "function", true, true], () => {
  const { get, set, enumerable, configurable } = Object.getOwnPropertyDescriptor(kind.prototype, "binaryType") ?? {};
  return [typeof get, typeof set, enumerable, configurable];
});

standard("the interface object", [{ writable: true, enumerable: false, configurable: true }, true, "TypeError"], () => {
  const { value, ...flags } = Object.getOwnPropertyDescriptor(globalThis, kind.name) ?? {};
  return [flags, value === kind, thrown(() => wrong(kind)())];
});

standard("the name of the interface object", { writable: false, enumerable: false, configurable: true }, () => {
  const { value, ...flags } = Object.getOwnPropertyDescriptor(kind, "name") ?? {};
  return flags;
});

standard("the prototype of the interface object", { writable: false, enumerable: false, configurable: false }, () => {
  const { value, ...flags } = Object.getOwnPropertyDescriptor(kind, "prototype") ?? {};
  return flags;
});

standard("constructor of the prototype", [{ writable: true, enumerable: false, configurable: true }, true], () => {
  const { value, ...flags } = Object.getOwnPropertyDescriptor(kind.prototype, "constructor") ?? {};
  return [flags, value === kind];
});

standard("the tag of the prototype", [{ writable: false, enumerable: false, configurable: true }, true], () => {
  const { value, ...flags } = Object.getOwnPropertyDescriptor(kind.prototype, Symbol.toStringTag) ?? {};
  return [flags, value === kind.name];
});
