/** Sockets end as WebSocket does. */
import { collect } from "./probes.mjs";

const { same, sameForPeers, probes } = collect();
export { probes as closingProbes };

// Chromium rounds codes down and has no default for them, so there are neither fractions nor `undefined` with a reason.
const refused = async () => {
  const socket = await open();
  const throws = () => {
    throw new RangeError("from a conversion");
  };
  const codes = [
    0,
    999,
    1001,
    1005,
    2999,
    5000,
    65_536,
    66_536,
    -1,
    NaN,
    Infinity,
    null,
    true,
    "",
    "x",
    "999",
    {},
    [],
    [1],
  ];
  const objects = [1n, 1000n, Symbol(), { valueOf: () => 7 }, { valueOf: throws }];
  const reasons = ["x".repeat(124), "é".repeat(62), "\ud800".repeat(42), Symbol(), { toString: throws }];
  const both = [
    [5, "x".repeat(124)],
    [1, Symbol()],
    [Symbol(), { toString: throws }],
  ];
  const calls = [...[...codes, ...objects].map((code) => [code]), ...reasons.map((reason) => [1000, reason]), ...both];
  /** @param {unknown[]} call */
  const close = (call) => thrown(() => wrong(socket).close(...call));
  const open_ = [calls.map(close), socket.readyState];
  return [...open_, close([]), socket.readyState, calls.map(close), close([3000, "again"])];
};
sameForPeers("codes and reasons that are refused, before and after", refused);

same("codes and reasons that are taken", async () => {
  /** @type {unknown[]} */
  const logs = [];
  /** @type {unknown[][]} */
  const calls = [
    [],
    [undefined],
    [undefined, undefined],
    [1000],
    [1000, ""],
    [3000, "why"],
    [4999, "\ud800x"],
    ["1000"],
  ];
  calls.push([1000, "é".repeat(61)], [[1000]], [{ valueOf: () => 4000 }], [3456, null], [3456, 12]);
  for (const call of calls) {
    const ws = await open();
    /** @type {unknown[]} */
    const log = [];
    watchAlike(ws, log);
    log.push(wrong(ws).close(...call), ws.readyState);
    await next(ws, "close");
    logs.push(log);
  }
  return logs;
});

const CODES = ["", " 1000", " 1000 bye", " 1001", " 1011 oh", " 3000", " 4429 limit"];
for (const order of [...CODES.map((code) => `close${code}`), "terminate", "garble"]) {
  same(`an end that the server wants: ${order}`, `(${obeyed})("${order}")`);
}

/** @param {string} order */
async function obeyed(order) {
  const ws = await open();
  /** @type {unknown[]} */
  const log = [];
  watchAlike(ws, log);
  ws.send(order);
  await next(ws, "close");
  return [log, thrown(() => ws.send("late")), thrown(() => ws.close()), ws.binaryType, ws.protocol];
}

same("close() before it is open", async () => {
  const ws = make();
  /** @type {unknown[]} */
  const log = [];
  watchAlike(ws, log);
  ws.close(4000, "bye");
  log.push(
    ws.readyState,
    thrown(() => ws.send("x")),
    ws.bufferedAmount,
  );
  await null;
  log.push("no event in this turn");
  await next(ws, "close");
  return log;
});

same("close() in every handler", async () => {
  const ws = make();
  /** @type {unknown[]} */
  const log = [];
  watchAlike(ws, log);
  ws.onopen = () => ws.send("hello");
  ws.onmessage = ({ data }) => {
    log.push(data, ws.close(3001, "from within"), ws.readyState, ws.close(3002), ws.send("late"));
  };
  ws.onclose = () =>
    log.push(
      ws.close(),
      thrown(() => ws.close(1)),
      ws.send("later"),
      ws.readyState,
    );
  await next(ws, "close");
  return log;
});

same("a server that is not there", async () => {
  const ws = makeInVain();
  /** @type {unknown[]} */
  const log = [];
  watchAlike(ws, log);
  await next(ws, "close");
  return log;
});

same("messages that are on their way when it is closed do not arrive", async () => {
  const ws = await open();
  /** @type {unknown[]} */
  const log = [];
  watchAlike(ws, log);
  ws.onmessage = () => log.push("message");
  ws.send("one");
  ws.send("two");
  ws.close();
  await next(ws, "close");
  return log;
});

/** Two frames of this site: what is asked of the removed one's objects is answered, and nothing fires. */
same("a window that goes away", async () => {
  const frame = document.createElement("iframe");
  frame.src = location.href;
  document.body.append(frame);
  await next(frame, "load");
  const other = wrong(windowOf(frame));
  await other.probing(kind.name, endpoint);
  const ws = await other.eval("open()");
  /** @type {unknown[]} */
  const log = [];
  watchAlike(ws, log);
  frame.remove();
  const asked = [thrown(() => ws.send("x")), thrown(() => ws.close()), ws instanceof EventTarget, ws.readyState >= 2];
  const own = await open();
  return [asked, await replies(own), log];
});

same("a window that goes away while it hears of an error", async () => {
  const frame = document.createElement("iframe");
  frame.src = location.href;
  document.body.append(frame);
  await next(frame, "load");
  const other = wrong(windowOf(frame));
  await other.probing(kind.name, endpoint);
  const ws = await other.eval("open()");
  /** @type {unknown[]} */
  const log = [];
  watchAlike(ws, log);
  const removed = new Promise((resolve) => (ws.onerror = () => resolve(frame.remove())));
  ws.send("garble");
  await removed;
  const own = await open();
  return [log, await replies(own)];
});
