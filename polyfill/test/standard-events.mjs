/** Events and their handlers, after interfaces/WebSocket/events and eventhandlers. */
import { collect } from "./probes.mjs";

const { standard, probes } = collect();
export { probes as standardOfEvents };

for (const type of ["open", "message", "error", "close"]) {
  const name = `on${type}`;
  standard(
    `${name}: an accessor of the prototype, null at first`,
    [true, null, "function", "function", true, true],
    `(() => {
      const ws = make();
      const { get, set, enumerable, configurable } = Object.getOwnPropertyDescriptor(kind.prototype, "${name}");
      return ["${name}" in ws, ws.${name}, typeof get, typeof set, enumerable, configurable];
    })()`,
  );
  standard(
    `${name}: values that are taken, and those that become null`,
    [true, null, null, null, true, null, true],
    `(() => {
      const ws = make();
      const call = () => {};
      const object = { handleEvent() {} };
      const read = (value) => (ws.${name} = value, ws.${name});
      return [read(call) === call, read(1), read("call()"), read(undefined), read(object) === object, read(null), read(call) === call];
    })()`,
  );
  standard(
    `${name}: called with the socket and one event; an object is not called`,
    [[true, 1, true], []],
    `(async () => {
      const ws = make();
      const log = [];
      let target;
      ws.${name} = function (...args) { target = [this === ws, args.length, args[0] instanceof Event]; };
      ws.dispatchEvent(new Event("${type}"));
      ws.${name} = { handleEvent: () => log.push("called") };
      ws.dispatchEvent(new Event("${type}"));
      ws.${name} = null;
      return [target, log];
    })()`,
  );
  standard(
    `${name}: deleted from an instance, it stays`,
    [true, true],
    `(() => {
      const ws = make();
      const call = () => {};
      ws.${name} = call;
      return [delete ws.${name}, ws.${name} === call];
    })()`,
  );
}

standard("handlers and listeners are called in the order in which they were added", "abc", async () => {
  const ws = make();
  let order = "";
  ws.addEventListener("open", () => (order += "a"));
  ws.onopen = () => (order += "b");
  ws.addEventListener("open", () => (order += "c"));
  await next(ws, "open");
  return order;
});

standard("a listener that is removed is not called", ["kept"], async () => {
  const ws = make();
  /** @type {string[]} */
  const log = [];
  const removed = () => log.push("removed");
  ws.addEventListener("open", removed);
  ws.addEventListener("open", () => log.push("kept"));
  ws.removeEventListener("open", removed);
  await next(ws, "open");
  return log;
});

standard("a listener that is added twice is called once", 1, async () => {
  const ws = make();
  let calls = 0;
  const call = () => calls++;
  ws.addEventListener("open", call);
  ws.addEventListener("open", call);
  await next(ws, "open");
  return calls;
});

standard("objects with handleEvent listen", ["open"], async () => {
  const ws = make();
  /** @type {string[]} */
  const log = [];
  ws.addEventListener("open", { handleEvent: ({ type }) => log.push(type) });
  await next(ws, "open");
  return log;
});

standard("stopImmediatePropagation() holds for events of the socket", ["first"], async () => {
  const ws = await open();
  /** @type {string[]} */
  const log = [];
  ws.addEventListener("message", (event) => (log.push("first"), event.stopImmediatePropagation()), { once: true });
  const late = () => log.push("second");
  ws.addEventListener("message", late);
  const passed = new Promise((resolve) => {
    const watch = () => resolve(undefined);
    ws.addEventListener("close", watch);
  });
  ws.send("one");
  ws.send("close");
  await passed;
  return log;
});

standard("a handler that throws stops nobody else", ["second"], async () => {
  const ws = make();
  /** @type {string[]} */
  const log = [];
  ws.onopen = () => {
    throw new Error("from a handler");
  };
  ws.addEventListener("open", () => log.push("second"));
  await next(ws, "open");
  return log;
});

for (const [type, order, tag] of [
  ["open", "", "Event"],
  ["message", "text", "MessageEvent"],
  ["error", "garble", "Event"],
  ["close", "close 1000", "CloseEvent"],
]) {
  standard(
    `the ${type} event: its class, flags and targets`,
    [`[object ${tag}]`, tag, false, false, false, false, [2, 0], [true, true, true, true], null],
    `(async () => {
      const ws = make();
      const seen = new Promise((resolve) => ws.addEventListener("${type}", (event) => {
        const targets = [event.target, event.currentTarget, event.srcElement, event.composedPath()[0]];
        resolve([event, event.eventPhase, targets.map((target) => target === ws)]);
      }));
      await next(ws, "open");
      if ("${order}") ws.send("${order}");
      const [event, phase, targets] = await seen;
      await new Promise((resolve) => setTimeout(resolve));
      const { bubbles, cancelable, composed, defaultPrevented, eventPhase, currentTarget } = event;
      const flags = [bubbles, cancelable, composed, defaultPrevented];
      return [String(event), event.constructor.name, ...flags, [phase, eventPhase], targets, currentTarget];
    })()`,
  );
}

standard("events are trusted", [true, true, true], async () => {
  const ws = make();
  const events = ["open", "message", "close"].map((type) => next(ws, type));
  ws.onopen = () => ["text", "close"].forEach((text) => ws.send(text));
  return (await Promise.all(events)).map(({ isTrusted }) => isTrusted);
});

standard("the message event: what it says besides data", ["", null, 0, true, true], async () => {
  const ws = await open();
  ws.send("text");
  const { lastEventId, source, ports, origin } = wrong(await next(ws, "message"));
  return [lastEventId, source, ports.length, Object.isFrozen(ports), origin === new URL(endpoint).origin];
});

standard("the message event: ports is one array", true, async () => {
  const ws = await open();
  ws.send("text");
  const event = wrong(await next(ws, "message"));
  return event.ports === event.ports;
});

standard("the message event: its attributes cannot be set", ["text", "", null], async () => {
  const ws = await open();
  ws.send("text");
  const event = wrong(await next(ws, "message"));
  for (const name of ["data", "lastEventId", "source"]) {
    Reflect.set(event, name, "other");
  }
  return [event.data, event.lastEventId, event.source];
});

standard("the message event of bytes: data is one object", true, async () => {
  const ws = await open();
  ws.send(new Uint8Array(3));
  const event = await next(ws, "message");
  return event.data === event.data && event.data instanceof Blob;
});

standard("open, messages in order, close: one event a task", ["open", "1", "2", "3", "close"], async () => {
  const ws = make();
  /** @type {unknown[]} */
  const log = [];
  ws.onopen = () => (log.push("open"), ["1", "2", "3", "close 1000"].forEach((text) => ws.send(text)));
  ws.onmessage = ({ data }) => log.push(data);
  ws.onerror = () => log.push("error");
  ws.onclose = () => log.push("close");
  await next(ws, "close");
  return log;
});

standard("no event fires within a method", [], async () => {
  const ws = await open();
  /** @type {string[]} */
  const log = [];
  for (const type of ["message", "error", "close"]) {
    ws.addEventListener(type, () => log.push(type));
  }
  ws.send("text");
  ws.close();
  await null;
  return [...log];
});

standard("events that a page makes", ["message", "x", true], async () => {
  const ws = await open();
  /** @type {unknown[]} */
  const log = [];
  ws.onmessage = ({ type, data }) => log.push(type, data);
  return [...(ws.dispatchEvent(new MessageEvent("message", { data: "x" })) ? log : []), !log.includes("never")];
});
