/** Constants, states and attributes, after interfaces/WebSocket/{constants,readyState,url,extensions,protocol} and Create-*. */
import { collect } from "./probes.mjs";

const { standard, probes } = collect();
export { probes as standardOfStates };

const STATES = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];

for (const holder of ["kind", "kind.prototype", "make()"]) {
  standard(`constants on ${holder}`, [0, 1, 2, 3], `${JSON.stringify(STATES)}.map((name) => ${holder}[name])`);
  standard(
    `constants on ${holder} cannot be changed`,
    [0, 1, 2, 3],
    `(() => {
      const holder = ${holder};
      return ${JSON.stringify(STATES)}.map((name) => {
        Reflect.set(holder, name, 7);
        Reflect.deleteProperty(holder, name);
        return holder[name];
      });
    })()`,
  );
}

const FIXED = { writable: false, enumerable: true, configurable: false };
for (const holder of ["kind", "kind.prototype"]) {
  standard(
    `descriptors of constants on ${holder}`,
    STATES.map((_, value) => ({ value, ...FIXED })),
    `${JSON.stringify(STATES)}.map((name) => Object.getOwnPropertyDescriptor(${holder}, name))`,
  );
}

standard("readyState is CONNECTING at first", [0, 0], async () => {
  const ws = make();
  const states = [ws.readyState];
  await null;
  return [...states, ws.readyState];
});

standard("readyState is OPEN in the event", 1, async () => {
  const ws = make();
  return new Promise((resolve) => (ws.onopen = () => resolve(ws.readyState)));
});

standard("readyState is CLOSING after close()", 2, async () => {
  const ws = await open();
  ws.close();
  return ws.readyState;
});

standard("readyState is CLOSED in the event", 3, async () => {
  const ws = await open();
  ws.close();
  return new Promise((resolve) => (ws.onclose = () => resolve(ws.readyState)));
});

standard("readyState is CLOSED after the server's close", [3, 3], async () => {
  const ws = await open();
  ws.send("close");
  await next(ws, "close");
  const states = [ws.readyState];
  await new Promise((resolve) => setTimeout(resolve));
  return [...states, ws.readyState];
});

standard("readyState of a socket that fails", [3, 3], async () => {
  const ws = makeInVain();
  /** @type {number[]} */
  const states = [];
  for (const type of ["error", "close"]) {
    ws.addEventListener(type, () => states.push(ws.readyState));
  }
  await next(ws, "close");
  return states;
});

for (const name of ["readyState", "bufferedAmount", "url", "extensions", "protocol"]) {
  standard(
    `${name} can be neither set nor deleted`,
    [true, true, "TypeError"],
    `(() => {
      const ws = make();
      const before = ws.${name};
      const strict = thrown(() => { "use strict"; ws.${name} = 5; });
      Reflect.set(ws, "${name}", 5);
      const isSame = ws.${name} === before;
      delete ws.${name};
      return [isSame, ws.${name} === before, strict];
    })()`,
  );
  standard(
    `${name} is an accessor of the prototype without a setter`,
    ["function", "undefined", true, true],
    `(() => {
      const { get, set, enumerable, configurable } = Object.getOwnPropertyDescriptor(kind.prototype, "${name}");
      return [typeof get, typeof set, enumerable, configurable];
    })()`,
  );
  standard(
    `${name} can be defined anew on the prototype`,
    ["foo", false],
    `(() => {
      const own = Object.getOwnPropertyDescriptor(kind.prototype, "${name}");
      Object.defineProperty(kind.prototype, "${name}", { get: () => "foo", configurable: true });
      const ws = make();
      const seen = ws.${name};
      Object.defineProperty(kind.prototype, "${name}", own);
      return [seen, ws.${name} === "foo"];
    })()`,
  );
}

standard("toString() and its tag", [true, true, true], () => {
  const ws = make();
  const name = `[object ${kind.name}]`;
  return [String(ws) === name, Object.prototype.toString.call(ws) === name, ws.toString() === name];
});

standard("the prototype chain", [true, true, true, true], () => {
  const ws = make();
  return [
    ws instanceof kind,
    ws instanceof EventTarget,
    Object.getPrototypeOf(kind.prototype) === EventTarget.prototype,
    Object.getPrototypeOf(kind) === EventTarget,
  ];
});

standard("url is the same text all the time", ["string", true, true, true, true], async () => {
  const ws = make();
  const { url } = ws;
  await next(ws, "open");
  const opened = ws.url === url;
  ws.close();
  const closing = ws.url === url;
  await next(ws, "close");
  return [typeof url, url.length > 0, opened, closing, ws.url === url];
});

standard("url is a URL as the browser writes it", true, () => {
  const { url } = make();
  return new URL(url).href === url;
});

standard("extensions is empty before it is open", "", () => make().extensions);

standard("extensions while it is open, and after", ["", ""], async () => {
  const ws = await open();
  const { extensions } = ws;
  ws.close();
  await next(ws, "close");
  return [extensions, ws.extensions];
});

standard("protocol is empty before it is open", "", () => make("chat").protocol);

for (const [name, offered, chosen] of [
  ["none", "[]", ""],
  ["one as a text", '"chat"', "chat"],
  ["one in a list", '["chat"]', "chat"],
  ["the first of two", '["super", "chat"]', "super"],
  ["two that differ in case", '["echo", "Echo"]', "echo"],
  ["every character of a token", '"!#$%&\'*+-.^_`|~09azAZ"', "!#$%&'*+-.^_`|~09azAZ"],
]) {
  standard(
    `protocol: ${name}, kept to the end`,
    [chosen, chosen, chosen],
    `(async () => {
      const ws = make(${offered});
      await next(ws, "open");
      const protocols = [ws.protocol];
      ws.close();
      protocols.push(ws.protocol);
      await next(ws, "close");
      return [...protocols, ws.protocol];
    })()`,
  );
}

const SEPARATORS = [...'()<>@,;:\\"/[]?={} \t'];
/** @type {[string, unknown[]][]} */
const REFUSED = [
  ["separators", SEPARATORS.map((separator) => `chat${separator}room`)],
  ["control characters", Array.from({ length: 32 }, (_, code) => `a${String.fromCharCode(code)}`)],
  ["beyond ASCII", ["\u0080", "\u00a9ha", "\u200b", "\u4e2d", "\u007f"]],
  ["spaces around", [" chat", "chat ", "ch at"]],
  ["nothing", ["", [""]]],
  ["one of a list", [["echo", ""], ["a", "b c"], [" "]]],
  [
    "repeated",
    [
      ["echo", "echo"],
      ["a", "b", "a"],
    ],
  ],
];
for (const [name, values] of REFUSED) {
  standard(
    `protocols that are refused: ${name}`,
    values.map(() => "SyntaxError"),
    `${JSON.stringify(values)}.map((value) => thrown(() => offering(value)))`,
  );
}
