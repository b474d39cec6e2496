/** What is sent and what arrives, after Send-*, binaryType-*, interfaces/WebSocket/send and bufferedAmount. */
import { collect } from "./probes.mjs";

const { standard, probes } = collect();
export { probes as standardOfMessages };

/** @type {[string, string, string][]} */
const TEXTS = [
  ["data", '"Message to send"', "Message to send"],
  ["nothing", '""', ""],
  ["null", "null", "null"],
  ["undefined", "undefined", "undefined"],
  ["a number", "1", "1"],
  ["a null character", '"a\\u0000b"', "a\0b"],
  ["beyond ASCII", '"¥¥¥¥¥¥"', "¥¥¥¥¥¥"],
  ["a pair", '"\\ud801\\udc07"', "\ud801\udc07"],
  ["the first half of a pair", '"\\ud807"', "\ufffd"],
  ["the second half of a pair", '"\\udc07 x"', "\ufffd x"],
  ["halves in the wrong order", '"\\udc07\\ud807"', "\ufffd\ufffd"],
  ["a byte order mark", '"\\ufefftext"', "\ufefftext"],
  ["line ends", '"a\\r\\nb\\u2028c"', "a\r\nb\u2028c"],
  ["noncharacters", '"\\uffff\\ufffe"', "\uffff\ufffe"],
  ["an object", "{ toString: () => 'object' }", "object"],
  ["an array", "[1, 2]", "1,2"],
];
for (const [name, value, expected] of TEXTS) {
  standard(
    `send(): ${name}`,
    [undefined, expected],
    `(async () => {
      const ws = await open();
      const returned = ws.send(${value});
      return [returned, (await next(ws, "message")).data];
    })()`,
  );
}

for (const length of [125, 126, 127, 0xffff, 0x10000, 0x1_0001, 300_000]) {
  for (const value of [`"x".repeat(${length})`, `new Uint8Array(${length}).fill(7)`]) {
    standard(
      `send(): ${value}`,
      [length, true],
      `(async () => {
        const ws = await open();
        ws.binaryType = "arraybuffer";
        ws.send(${value});
        const { data } = await next(ws, "message");
        const isWhole = typeof data === "string" ? /^x*$/.test(data) : new Uint8Array(data).every((byte) => byte === 7);
        return [data.length ?? data.byteLength, isWhole];
      })()`,
    );
  }
}

const ARRAYS = ["Int8", "Uint8", "Uint8Clamped", "Int16", "Uint16", "Int32", "Uint32", "Float32", "Float64"];
for (const array of [...ARRAYS.map((name) => `${name}Array`), "BigInt64Array", "BigUint64Array", "DataView"]) {
  standard(
    `send(): ${array}, whole, with an offset, and with a length`,
    [true, true, true],
    `(async () => {
      const ws = await open();
      ws.binaryType = "arraybuffer";
      const { buffer } = Uint8Array.from({ length: 64 }, (_, n) => n * 3);
      const found = [];
      for (const view of [new ${array}(buffer), new ${array}(buffer, 16), new ${array}(buffer, 24, 2)]) {
        ws.send(view);
        const got = new Uint8Array((await next(ws, "message")).data);
        const sent = new Uint8Array(buffer, view.byteOffset, view.byteLength);
        found.push(got.length === sent.length && got.every((byte, n) => byte === sent[n]));
      }
      return found;
    })()`,
  );
}

for (const [name, value] of [
  ["ArrayBuffer", "new ArrayBuffer(15)"],
  ["Blob", 'new Blob(["x".repeat(15)])'],
  ["empty ArrayBuffer", "new ArrayBuffer(0)"],
  ["empty Blob", "new Blob([])"],
]) {
  for (const type of ["blob", "arraybuffer"]) {
    standard(
      `send(): ${name}, which arrives as ${type}`,
      [name.startsWith("empty") ? 0 : 15, type === "blob" ? "Blob" : "ArrayBuffer"],
      `(async () => {
        const ws = await open();
        ws.binaryType = "${type}";
        ws.send(${value});
        const { data } = await next(ws, "message");
        return [data.size ?? data.byteLength, data.constructor.name];
      })()`,
    );
  }
}

standard("texts, buffers and Blobs keep their order", ["a", 1, "b", 2, "c"], async () => {
  const ws = await open();
  ws.binaryType = "arraybuffer";
  ["a", new Blob(["1"]), "b", new Uint8Array(2), "c"].forEach((value) => ws.send(value));
  const got = [];
  while (got.length < 5) {
    const data = wrong(await next(ws, "message")).data;
    got.push(data.byteLength ?? data);
  }
  return got;
});

standard("send() without an argument", "TypeError", async () => {
  const ws = wrong(await open());
  return thrown(() => ws.send());
});

standard("send() before it is open", ["InvalidStateError", "InvalidStateError", "InvalidStateError", 0], () => {
  const ws = make();
  const values = ["text", new ArrayBuffer(8), new Blob(["blob"])];
  return [...values.map((value) => thrown(() => ws.send(value))), ws.bufferedAmount];
});

standard("send() does not see later changes of a buffer", ["1,2,3", "1,2,3"], async () => {
  const ws = await open();
  ws.binaryType = "arraybuffer";
  const got = [];
  for (const change of [
    (/** @type {Uint8Array} */ bytes) => bytes.fill(9),
    (/** @type {Uint8Array} */ bytes) => structuredClone(0, { transfer: [bytes.buffer] }),
  ]) {
    const bytes = Uint8Array.of(1, 2, 3);
    ws.send(bytes);
    change(bytes);
    got.push(String(new Uint8Array(wrong(await next(ws, "message")).data)));
  }
  return got;
});

standard("send() does not see later changes of a buffer that waits", true, async () => {
  const ws = await open();
  ws.binaryType = "arraybuffer";
  const bytes = new Uint8Array(900_000).fill(1);
  ws.send(bytes);
  bytes.fill(9);
  const got = new Uint8Array(wrong(await next(ws, "message")).data);
  return got.length === 900_000 && got.every((byte) => byte === 1);
});

standard("bufferedAmount is 0 at first", [0, 0], async () => {
  const ws = make();
  const first = ws.bufferedAmount;
  await next(ws, "open");
  return [first, ws.bufferedAmount];
});

for (const [name, value, bytes] of /** @type {[string, string, number][]} */ ([
  ["text", '"x".repeat(1000)', 1000],
  ["text in UTF-8", '"µ€😀"', 9],
  ["half a pair", '"\\ud800"', 3],
  ["an ArrayBuffer", "new ArrayBuffer(77)", 77],
  ["a view of a part", "new Uint8Array(new ArrayBuffer(77), 7, 7)", 7],
  ["a Blob", "new Blob(['blob'])", 4],
  ["65,000 bytes", "new Uint8Array(65_000)", 65_000],
  ["nothing", '""', 0],
])) {
  standard(
    `bufferedAmount in the same task: ${name}, and in the end`,
    [bytes, bytes * 2, 0],
    `(async () => {
      const ws = await open();
      const amounts = [];
      for (let n = 0; n < 2; n++) {
        ws.send(${value});
        amounts.push(ws.bufferedAmount);
      }
      await replies(ws);
      return [...amounts, ws.bufferedAmount];
    })()`,
  );
  standard(
    `send() after close() is silent, and bufferedAmount grows for good: ${name}`,
    [undefined, bytes, bytes, bytes * 2],
    `(async () => {
      const ws = await open();
      ws.close();
      const told = [ws.send(${value}), ws.bufferedAmount];
      await next(ws, "close");
      told.push(ws.bufferedAmount);
      ws.send(${value});
      return [...told, ws.bufferedAmount];
    })()`,
  );
}

standard("bufferedAmount of what waits when it is closed", [500_000, true], async () => {
  const ws = await open();
  ws.send(new Uint8Array(500_000));
  const before = ws.bufferedAmount;
  ws.close();
  return [before, ws.bufferedAmount >= before];
});

standard("binaryType is blob at first", "blob", () => make().binaryType);

standard("binaryType ignores what is none of its values", Array(6).fill("blob"), () => {
  const ws = wrong(make());
  return ["notBlobOrArrayBuffer", "", "Blob", "ARRAYBUFFER", null, 7].map(
    (value) => ((ws.binaryType = value), ws.binaryType),
  );
});

standard("binaryType can be set in every state", ["arraybuffer", "blob", "arraybuffer", "blob"], async () => {
  const ws = make();
  /** @param {BinaryType} type */
  const set = (type) => ((ws.binaryType = type), ws.binaryType);
  const types = [set("arraybuffer")];
  await next(ws, "open");
  types.push(set("blob"));
  ws.close();
  types.push(set("arraybuffer"));
  await next(ws, "close");
  return [...types, set("blob")];
});

standard("binaryType counts when the message arrives", ["Blob", "ArrayBuffer", "Blob"], async () => {
  const ws = await open();
  const got = [];
  for (const type of /** @type {BinaryType[]} */ (["blob", "arraybuffer", "blob"])) {
    ws.binaryType = type;
    ws.send(new Uint8Array(5));
    got.push(wrong(await next(ws, "message")).data.constructor.name);
  }
  return got;
});

standard("binaryType may change between two sends, before either arrives", ["ArrayBuffer", "ArrayBuffer"], async () => {
  const ws = await open();
  ws.send(new Uint8Array(1));
  ws.binaryType = "arraybuffer";
  ws.send(new Uint8Array(2));
  const first = wrong(await next(ws, "message")).data.constructor.name;
  return [first, wrong(await next(ws, "message")).data.constructor.name];
});

standard("a Blob that arrives has no type", ["", 4], async () => {
  const ws = await open();
  ws.send(new Blob(["blob"], { type: "text/plain" }));
  const { type, size } = wrong(await next(ws, "message")).data;
  return [type, size];
});
