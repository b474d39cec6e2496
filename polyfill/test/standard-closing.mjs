/** Ends, after interfaces/WebSocket/close and interfaces/CloseEvent. */
import { collect } from "./probes.mjs";

const { standard, probes } = collect();
export { probes as standardOfClosing };

standard("the first close() counts", [3001, "first"], async () => {
  const ws = await open();
  ws.close(3001, "first");
  ws.close(3002, "second");
  const { code, reason } = await next(ws, "close");
  return [code, reason];
});

standard("close() many times fires one event", [1, "nothing", 3], async () => {
  const ws = await open();
  let closes = 0;
  ws.addEventListener("close", () => closes++);
  ws.close();
  ws.close();
  await next(ws, "close");
  const again = thrown(() => ws.close());
  await replies(await open());
  return [closes, again, ws.readyState];
});

standard("close() within the event does nothing", [1, 3, 3], async () => {
  const ws = await open();
  /** @type {number[]} */
  const states = [];
  ws.onclose = () => {
    states.push(states.length + 1, ws.readyState);
    ws.close();
    states.push(ws.readyState);
  };
  ws.close();
  await next(ws, "close");
  await replies(await open());
  return states;
});

standard(
  "close() before it is open",
  [
    [2, undefined],
    ["error", 3],
    ["close", 1006, "", false, 3],
  ],
  async () => {
    const ws = make();
    /** @type {unknown[]} */
    const log = [];
    watchAlike(ws, log);
    const returned = ws.close();
    log.push([ws.readyState, returned]);
    await next(ws, "close");
    return log;
  },
);

standard("close() with a code before it is open", [1006, "", false], async () => {
  const ws = make();
  ws.close(3000, "early");
  const { code, reason, wasClean } = await next(ws, "close");
  return [code, reason, wasClean];
});

standard(
  "close() in the open event",
  [
    ["open", 1],
    ["close", 3100, "soon", true, 3],
  ],
  async () => {
    const ws = make();
    /** @type {unknown[]} */
    const log = [];
    watchAlike(ws, log);
    ws.addEventListener("open", () => ws.close(3100, "soon"));
    await next(ws, "close");
    return log;
  },
);

standard("close() in the message event", [["one"], 1000, true], async () => {
  const ws = await open();
  /** @type {unknown[]} */
  const got = [];
  ws.onmessage = ({ data }) => {
    got.push(data);
    ws.close(1000);
  };
  ["one", "two", "three"].forEach((text) => ws.send(text));
  const { code, wasClean } = await next(ws, "close");
  return [got, code, wasClean];
});

for (const [order, expected] of /** @type {[string, unknown[]][]} */ ([
  ["close", [1005, "", true]],
  ["close 1000", [1000, "", true]],
  ["close 1000 bye", [1000, "bye", true]],
  ["close 1001", [1001, "", true]],
  ["close 1011 fault", [1011, "fault", true]],
  ["close 3456 grüße😀", [3456, "grüße😀", true]],
  ["close 4999", [4999, "", true]],
])) {
  standard(
    `the server's end: ${order}`,
    [["close", ...expected, 3]],
    `(async () => {
      const ws = await open();
      const log = [];
      watchAlike(ws, log);
      ws.send(${JSON.stringify(order)});
      await next(ws, "close");
      return log;
    })()`,
  );
}

standard(
  "the server breaks the protocol",
  [
    ["error", 3],
    ["close", 1006, "", false, 3],
  ],
  async () => {
    const ws = await open();
    /** @type {unknown[]} */
    const log = [];
    watchAlike(ws, log);
    ws.send("garble");
    await next(ws, "close");
    return log;
  },
);

standard("both close", [2, true, 3], async () => {
  const ws = await open();
  ws.send("close 3001 theirs");
  ws.close(3001, "theirs");
  const states = [ws.readyState];
  const { code, reason, wasClean } = await next(ws, "close");
  return [...states, code === 3001 && reason === "theirs" && wasClean, ws.readyState];
});

standard("the server closes while messages wait", [["one", "two"], 3002, true], async () => {
  const ws = await open();
  /** @type {unknown[]} */
  const got = [];
  ws.onmessage = ({ data }) => got.push(data);
  ["one", "two", "close 3002", "three"].forEach((text) => ws.send(text));
  const { code, wasClean } = await next(ws, "close");
  return [got, code, wasClean];
});

standard("close() while a large message waits", [1000, "after all", true], async () => {
  const ws = await open();
  ws.send(new Uint8Array(1_000_000));
  ws.close(1000, "after all");
  const { code, reason, wasClean } = await next(ws, "close");
  return [code, reason, wasClean];
});

standard(
  "nobody is there",
  [
    ["error", 3],
    ["close", 1006, "", false, 3],
  ],
  async () => {
    const ws = makeInVain();
    /** @type {unknown[]} */
    const log = [];
    watchAlike(ws, log);
    await next(ws, "close");
    return log;
  },
);

standard("the event of the end", [true, "[object CloseEvent]", "close", false, false, "number", "string"], async () => {
  const ws = await open();
  ws.close(1000, "x");
  const event = wrong(await next(ws, "close"));
  const { type, bubbles, cancelable, code, reason } = event;
  return [event instanceof CloseEvent, String(event), type, bubbles, cancelable, typeof code, typeof reason];
});

standard("the event of the end cannot be changed", [1000, "x", true, false], async () => {
  const ws = await open();
  ws.close(1000, "x");
  const event = wrong(await next(ws, "close"));
  for (const name of ["code", "reason", "wasClean"]) {
    Reflect.set(event, name, 7);
    delete event[name];
  }
  return [event.code, event.reason, event.wasClean, Object.hasOwn(event, "code")];
});
