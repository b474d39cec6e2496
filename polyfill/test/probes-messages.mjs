/** What is sent and received is converted and counted as WebSocket does it. */
import { collect } from "./probes.mjs";

const { same, sameForPeers, probes } = collect();
export { probes as messageProbes };

sameForPeers("what is sent is converted to text", async () => {
  const socket = await open();
  /** @type {unknown[]} */
  const values = [
    "",
    'é\0"\\\u2028',
    "a\udc00b\ud800c\udc00\ud800",
    "😀",
    null,
    undefined,
    -0,
    1n,
    true,
    {},
    [],
    [1, [2]],
  ];
  values.push(() => 1, new String("text"), { toString: () => "one", valueOf: () => "other" });
  values.push(
    { [Symbol.toPrimitive]: (/** @type {string} */ hint) => hint },
    new URLSearchParams("a=b"),
    new Proxy([1], {}),
    "x".repeat(70_000),
  );
  values.forEach((value) => socket.send(wrong(value)));
  return replies(socket);
});

sameForPeers("what is sent as bytes", async () => {
  const socket = await open();
  const bytes = Uint8Array.from({ length: 16 }, (_, i) => i);
  const { buffer } = bytes;
  /** @type {BufferSource[]} */
  const views = [bytes, bytes.subarray(3, 5), new DataView(buffer, 2, 3), new Uint16Array(buffer, 2, 2)];
  views.push(
    new Float64Array(buffer, 8),
    new BigInt64Array(buffer, 8, 1),
    new Int8Array(0),
    new Uint8Array(70_000).fill(1),
  );
  const blobs = [new Blob(["blob"], { type: "text/plain" }), new File(["file"], "name"), new Blob([])];
  for (const value of [buffer, new ArrayBuffer(0), ...views, ...blobs]) {
    socket.send(value);
    socket.send("between");
  }
  socket.binaryType = "arraybuffer";
  return replies(socket);
});

sameForPeers("buffers and Blobs of another window", async () => {
  const socket = await open();
  const other = otherWindow();
  const bytes = other.Uint8Array.of(1, 2, 3);
  [bytes, bytes.buffer, new other.DataView(bytes.buffer, 1)].forEach((value) => socket.send(value));
  [new other.Blob(["blob"]), new other.File(["file"], "name")].forEach((value) => socket.send(value));
  return replies(socket);
});

sameForPeers("what cannot be sent", async () => {
  const socket = await open();
  const detached = [new ArrayBuffer(8), new Uint8Array(8), new DataView(new ArrayBuffer(8))];
  structuredClone(0, { transfer: detached.map((value) => (ArrayBuffer.isView(value) ? value.buffer : value)) });
  const resizable = new ArrayBuffer(8, { maxByteLength: 8 });
  const outOfBounds = new Uint8Array(resizable, 4, 4);
  resizable.resize(2);
  const { buffer: shared } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  /** @type {unknown[]} */
  const buffers = [resizable, new Uint8Array(resizable), new DataView(resizable), outOfBounds, shared];
  buffers.push(new Uint8Array(shared, 0, 4), new DataView(shared, 0, 4));
  const throws = () => {
    throw new RangeError("from a conversion");
  };
  const objects = [Symbol(), { toString: throws }, Object.create(null), { toString: () => ({}), valueOf: () => ({}) }];
  const refusals = [...detached, ...buffers, ...objects].map((value) => thrown(() => socket.send(wrong(value))));
  return [refusals, thrown(() => wrong(socket).send()), await replies(socket), socket.readyState];
});

sameForPeers("what is sent does not change any more", async () => {
  const socket = await open();
  const bytes = Uint8Array.of(1, 2, 3);
  socket.send(bytes);
  bytes.fill(9);
  socket.send(bytes.buffer);
  structuredClone(0, { transfer: [bytes.buffer] });
  return replies(socket);
});

same("before it is open", async () => {
  const ws = make();
  const refusals = ["text", new Blob(["blob"]), Symbol()].map((value) => thrown(() => ws.send(wrong(value))));
  const before = [
    ...refusals,
    thrown(() => wrong(ws).send()),
    ws.bufferedAmount,
    ws.protocol,
    ws.extensions,
    ws.binaryType,
  ];
  await next(ws, "open");
  return [before, ws.bufferedAmount, await replies(ws)];
});

sameForPeers("bufferedAmount, while it is open", async () => {
  const socket = await open();
  const amounts = [socket.bufferedAmount];
  const values = [
    "abc",
    "é\ud800",
    '"\\\n',
    "",
    new Uint8Array(1000),
    new DataView(new ArrayBuffer(9), 4),
    new Blob(["12345"]),
  ];
  for (const value of [...values, "x".repeat(300_000)]) {
    socket.send(value);
    amounts.push(socket.bufferedAmount);
  }
  await null;
  amounts.push(socket.bufferedAmount);
  await replies(socket);
  return [amounts, socket.bufferedAmount];
});

sameForPeers("bufferedAmount does not shrink by closing", async () => {
  const socket = await open();
  socket.send(new Uint8Array(600_000));
  socket.send("x".repeat(300_000));
  socket.close();
  return [socket.bufferedAmount];
});

sameForPeers("binaryType", async () => {
  const socket = await open();
  const values = ["arraybuffer", "Blob", "", null, undefined, {}, "blob ", 1, "uint8array", "blob"];
  /** @param {unknown} value */
  const set = (value) => [thrown(() => (socket.binaryType = wrong(value))), socket.binaryType];
  const types = [socket.binaryType, ...[...values, { toString: () => "arraybuffer" }, Symbol()].map(set)];
  socket.close();
  return [types, set("blob")];
});

sameForPeers("how bytes arrive", async () => {
  const socket = await open();
  const arrive = async () => {
    socket.send(new Blob(["abc"], { type: "text/plain" }));
    const event = await next(socket, "message");
    const data = wrong(event.data);
    return [data.constructor.name, data.type, data.size, data.byteLength, event.data === event.data];
  };
  const blob = await arrive();
  socket.binaryType = "arraybuffer";
  return [blob, await arrive()];
});

same("subprotocols that are refused", () => {
  const iterators = [
    5,
    () => 5,
    () => {
      throw new RangeError("from an iterator");
    },
  ];
  const lists = ["", " ", "a b", "a,b", "a\n", "\u007f", "é", "a/b", "a:b", [""], ["a", "a"], ["a", "b c"], [,]];
  /** @type {unknown[]} */
  const objects = [new String("aa"), new Set(["x"]), [Symbol()], Symbol(), [[["a"]]], [null], 5, true];
  objects.push(...iterators.map((iterator) => ({ [Symbol.iterator]: iterator })));
  const values = [...lists, ["a", "A"], ...objects];
  return values.map((value) => thrown(() => offering(value).close()));
});

same("subprotocols that are taken", async () => {
  /** @type {unknown[]} */
  const taken = [];
  for (const offer of [[], "one", ["two", "three"], new Set(["four"]), new String("5")]) {
    const ws = make(wrong(offer));
    await next(ws, "open");
    taken.push([ws.protocol, ws.extensions]);
  }
  return taken;
});
