/** The classes look as WebIDL makes WebSocket look. */
import { collect } from "./probes.mjs";

const { same, sameForPeers, probes } = collect();
export { probes as interfaceProbes };

/** What peers' sockets do not have. */
const ofChannels = ["url", "extensions", "protocol"];

for (const { who, compare, without } of [
  { who: "a channel", compare: same, without: [] },
  { who: "a peer", compare: sameForPeers, without: ofChannels },
]) {
  const names = JSON.stringify(without);
  compare(`members of ${who}'s prototype`, `(${describeMembers})(${names})`);
  compare(`members of ${who}'s prototype, asked of other objects`, `(${misuseMembers})(${names})`);
}

/** @param {(string | symbol)[]} without */
function describeMembers(without) {
  /** @param {Function} value */
  const isConstructor = (value) => thrown(() => Reflect.construct(Object, [], value)) === "nothing";
  /** @param {unknown} value */
  const describe = (value) =>
    typeof value === "function" ? [value.name, value.length, "prototype" in value, isConstructor(value)] : typeof value;
  return Reflect.ownKeys(WebSocket.prototype)
    .filter((key) => !without.includes(key) && key !== "constructor")
    .map((key) => {
      const { get, set, value, ...flags } = Object.getOwnPropertyDescriptor(kind.prototype, key) ?? {};
      return [String(key), flags, ...[get, set, value].map(describe)];
    });
}

/** @param {string[]} without */
function misuseMembers(without) {
  const others = [{}, undefined, null, 1, new EventTarget(), kind.prototype, Object.create(kind.prototype)];
  return Object.keys(WebSocket.prototype)
    .filter((key) => !without.includes(key))
    .map((key) => {
      const { get, set, value } = Object.getOwnPropertyDescriptor(kind.prototype, key) ?? {};
      const calls = [get, set, value].filter((call) => typeof call === "function");
      return [key, calls.map((call) => others.map((other) => thrown(() => call.call(other, "1"))))];
    });
}

same("the constructor", () => {
  const { value, ...exposed } = Object.getOwnPropertyDescriptor(globalThis, kind.name) ?? {};
  const members = Reflect.ownKeys(WebSocket).map((key) => {
    const { value, ...flags } = Object.getOwnPropertyDescriptor(kind, key) ?? {};
    return [String(key), flags, typeof value, key === "length" && value];
  });
  const loose = wrong(kind);
  const calls = [() => new loose(), () => loose("chan"), () => Reflect.construct(kind, [], Object)];
  return [exposed, members, value === kind, calls.map(thrown), kind.prototype.constructor === kind];
});

sameForPeers("constants and attributes do not change", async () => {
  const socket = wrong(await open());
  /** @param {string} name */
  const change = (name) => [name, thrown(() => (socket[name] = 5)), delete socket[name], socket[name]];
  return ["readyState", "bufferedAmount", "CONNECTING", "OPEN", "CLOSING", "CLOSED"].map(change);
});

sameForPeers("nothing of a socket is its own", async () => {
  const socket = await open();
  /** @type {string[]} */
  const inherited = [];
  for (const name in socket) {
    inherited.push(name);
  }
  const all = Object.keys(WebSocket.prototype).filter((name) => !["url", "extensions", "protocol"].includes(name));
  const cloned = thrown(() => structuredClone(socket));
  Object.freeze(socket);
  socket.onmessage = () => {};
  return [Reflect.ownKeys(socket), all.filter((name) => !inherited.includes(name)), cloned, typeof socket.onmessage];
});

sameForPeers("values of handlers", async () => {
  const socket = wrong(await open());
  const call = () => {};
  const object = { handleEvent() {} };
  const values = [
    call,
    undefined,
    call,
    null,
    object,
    2,
    class {},
    "x",
    document.all,
    0,
    new Proxy(call, {}),
    Symbol(),
    {},
  ];
  return ["onopen", "onmessage", "onerror", "onclose"].map((name) => [
    ...values.map((value) => [thrown(() => (socket[name] = value)), socket[name] === value, socket[name] === null]),
  ]);
});

sameForPeers("calls of handlers", async () => {
  const socket = await open();
  /** @type {unknown[]} */
  const log = [];
  /**
   * @param {string} type
   * @param {EventInit | ErrorEventInit} [init]
   * @param {new (type: string, init?: EventInit) => Event} [Class]
   */
  const fire = (type, init, Class = Event) => {
    const event = new Class(type, { cancelable: true, ...init });
    log.push([type, socket.dispatchEvent(event), event.defaultPrevented]);
  };
  socket.onmessage = function (...args) {
    log.push([this === socket, args.length]);
    return false;
  };
  fire("message");
  fire("message", { cancelable: false });
  for (const result of [undefined, 0, null, "", true]) {
    socket.onmessage = () => result;
    fire("message");
  }
  socket.onerror = (...args) => log.push(args.length) > 0;
  fire("error", { message: "text" }, ErrorEvent);
  socket.onerror = () => false;
  fire("error", {}, ErrorEvent);
  socket.onclose = wrong({ handleEvent: () => log.push("never") });
  fire("close");
  socket.onclose = () => {
    throw new Error("from a handler");
  };
  socket.addEventListener("close", () => log.push("the others hear of it"));
  fire("close");
  return log;
});

sameForPeers("handlers keep their place among the listeners", async () => {
  const socket = await open();
  /** @type {unknown[]} */
  const log = [];
  /** @param {string} what */
  const say = (what) => () => log.push(what);
  const fire = () => socket.dispatchEvent(new Event("message")) && log.push("|");
  socket.addEventListener("message", say("first"));
  socket.onmessage = say("handler");
  socket.addEventListener("message", say("last"));
  socket.addEventListener("message", say("once"), { once: true });
  fire();
  socket.onmessage = say("replaced");
  fire();
  socket.onmessage = wrong({});
  fire();
  socket.onmessage = say("still there");
  fire();
  socket.onmessage = null;
  socket.onmessage = say("at the end");
  fire();
  socket.onmessage = () => (socket.onmessage = say("from within"));
  fire();
  fire();
  const { signal } = new AbortController();
  const abort = new AbortController();
  socket.addEventListener("message", say("with a signal"), { signal });
  socket.addEventListener("message", say("aborted"), { signal: abort.signal });
  abort.abort();
  fire();
  socket.addEventListener("message", () => (socket.onmessage = null));
  fire();
  fire();
  return log;
});

sameForPeers("a handler that is removed by a listener is not called", async () => {
  const socket = await open();
  /** @type {unknown[]} */
  const log = [];
  socket.addEventListener("error", () => (socket.onerror = null));
  socket.onerror = () => log.push("removed");
  socket.addEventListener("close", () => (socket.onclose = () => log.push("replaced")));
  socket.onclose = () => log.push("old");
  socket.dispatchEvent(new Event("error"));
  socket.dispatchEvent(new Event("close"));
  return log;
});

same("events", async () => {
  const ws = make();
  /** @type {unknown[]} */
  const log = [];
  for (const type of ["open", "message", "error", "close"]) {
    ws.addEventListener(type, (event) => {
      const { bubbles, cancelable, composed, eventPhase, defaultPrevented, lastEventId, source, origin, ports } =
        /** @type {MessageEvent} */ (event);
      const targets = [event.target, event.currentTarget, ...event.composedPath()].map((target) => target === ws);
      const classes = [Event, MessageEvent, CloseEvent].map((Class) => event instanceof Class);
      const message = [lastEventId, source, origin?.replace(endpoint, "endpoint"), ports && Object.isFrozen(ports)];
      log.push([String(event), bubbles, cancelable, composed, eventPhase, defaultPrevented], targets, classes, message);
    });
  }
  await next(ws, "open");
  ws.send("text");
  await next(ws, "message");
  ws.send("garble");
  await next(ws, "close");
  return log;
});

same("whoever reads every member of an event finds the same ones", async () => {
  const ws = make();
  /** @type {Event[]} */
  const events = [];
  for (const type of ["open", "message", "close"]) {
    ws.addEventListener(type, (event) => events.push(event));
  }
  await next(ws, "open");
  ws.send("text");
  await next(ws, "message");
  ws.close();
  await next(ws, "close");
  const own = ["senderId", "peer"];
  return events.map((event) => {
    const names = [];
    for (const name in event) {
      names.push(`${name}: ${typeof Reflect.get(event, name)}`);
    }
    const copy = new (wrong(event.constructor))(event.type, event);
    return [names.filter((name) => !own.includes(name.split(":")[0])).sort(), copy.data, copy.code];
  });
});

same("a class of one's own", async () => {
  class Own extends kind {
    constructor() {
      kind === WebSocket ? super(`${endpoint}/plain`) : super("chan", { endpoint });
    }
    get readyState() {
      return 42;
    }
  }
  const own = /** @type {Own & EventTarget} */ (new Own());
  await next(own, "open");
  return [own instanceof Own, own.readyState, String(own) === `[object ${kind.name}]`, Object.keys(Own.prototype)];
});
