/** A peer that speaks docs/files.md wrongly, on purpose or not: ignored or told, never an exception, and never a file that is not whole. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { cleanFileName } from "../../demo/shared/transfer/file-name.js";
import { decodeControl, decodePart, encodePart } from "../../demo/shared/transfer/wire.js";
import { eventually, file, is, lastControl, Memory, parts, quiet, sentParts, until, Wire } from "./transfer-pair.mjs";

const PART = 4096;
const ID = "0123456789abcdef0123456789abcdef";
const OFFER = { type: "file-offer", v: 1, file: ID, name: "a.bin", size: 3 * PART, mime: "", part: PART };

/** @param {Uint8Array | string} bytes */
const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
/** @param {unknown} message */
const json = (message) => JSON.stringify(message);

/**
 * @param {number} stream
 * @param {number} index
 * @param {Buffer} bytes
 * @param {Buffer} [hash]
 */
function partOf(stream, index, bytes, hash = sha256(bytes)) {
  const head = Buffer.alloc(12);
  head.writeUInt32BE(0x4e574601, 0);
  head.writeUInt32BE(stream, 4);
  head.writeUInt32BE(index, 8);
  return new Uint8Array(Buffer.concat([head, hash, bytes])).buffer;
}

/** Bob asks `evil` for a file of three parts. */
async function asked() {
  const wire = new Wire();
  const bob = wire.join("bob");
  /** @type {string[]} */
  const said = [];
  wire.join("evil").transfers.hear = (_from, data) => said.push(String(data)) > 0;
  /**
   * @param {ArrayBuffer | object} data
   * @param {boolean} [direct]
   */
  const hear = (data, direct = true) =>
    bob.transfers.hear("evil", data instanceof ArrayBuffer ? data : json(data), direct);
  hear(OFFER);
  const [incoming] = bob.offered;
  const sink = new Memory();
  incoming.get(sink);
  await eventually(() => said.length > 0);
  const { stream, from, window } = JSON.parse(said[0]);
  assert.deepEqual([from, window], [0, 16_384]);
  return { wire, bob, incoming, sink, stream: Number(stream), said, hear };
}

/** @param {number} index */
const bytes = (index) => Buffer.alloc(PART, index + 1);
const digest = sha256(Buffer.concat([0, 1, 2].map((index) => sha256(bytes(index))))).toString("hex");

test("a program that knows no more than the document hands over a file", async () => {
  const { incoming, sink, stream, said, hear } = await asked();
  for (const index of [0, 1, 2]) hear(partOf(stream, index, bytes(index)));
  hear({ type: "file-done", file: ID, stream, hash: digest });
  await until(incoming, is("done"));
  await eventually(() => said.length === 5);
  assert.equal(sink.written, 3 * PART);
  assert.deepEqual(
    said.map((text) => JSON.parse(text).type),
    ["file-get", "file-ack", "file-ack", "file-ack", "file-got"],
  );
});

test("a part on the wire is what the document says", () => {
  const part = {
    stream: 0x01020304,
    index: 0x0a0b0c0d,
    hash: sha256(Buffer.from("hi")),
    bytes: Buffer.from("hi"),
  };
  const message = encodePart(part);
  assert.equal(
    Buffer.from(message).toString("hex"),
    `4e574601${"01020304"}${"0a0b0c0d"}${"8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"}6869`,
  );
  const { stream, index, hash, bytes: rest } = decodePart(message.buffer);
  assert.deepEqual(
    [stream, index, Buffer.from(hash), Buffer.from(rest)],
    [part.stream, part.index, part.hash, part.bytes],
  );
});

/** What is sent on a stream. @type {Record<string, (asked: {stream: number}) => object[]>} */
const WRONG_PARTS = {
  "the second one first": ({ stream }) => [partOf(stream, 1, bytes(1))],
  "one twice": ({ stream }) => [partOf(stream, 0, bytes(0)), partOf(stream, 0, bytes(0))],
  "one that is too short": ({ stream }) => [partOf(stream, 0, Buffer.alloc(PART - 1))],
  "one that is too long": ({ stream }) => [partOf(stream, 0, Buffer.alloc(PART + 1))],
  "an empty one": ({ stream }) => [partOf(stream, 0, Buffer.alloc(0))],
  "one beyond the end": ({ stream }) => [
    ...[0, 1, 2].map((index) => partOf(stream, index, bytes(index))),
    partOf(stream, 3, bytes(3)),
  ],
  "number 4294967295": ({ stream }) => [partOf(stream, 2 ** 32 - 1, bytes(0))],
  "the end before the last part": ({ stream }) => [
    partOf(stream, 0, bytes(0)),
    { type: "file-done", file: ID, stream, hash: digest },
  ],
};

for (const [what, send] of Object.entries(WRONG_PARTS)) {
  test(`parts in a wrong order or of a wrong size end it: ${what}`, async () => {
    const { incoming, sink, said, hear, ...rest } = await asked();
    for (const message of send(rest)) hear(message);
    await until(incoming, is("failed"));
    await eventually(() => sink.state !== "open" && JSON.parse(said[said.length - 1]).type === "file-stop");
    assert.deepEqual(
      [incoming.state, incoming.why],
      ["failed", "The sender sent parts in a wrong order or of a wrong size."],
    );
    assert.equal(sink.state, "dropped");
    assert.equal(JSON.parse(said[said.length - 1]).reason, "order");
    hear(partOf(rest.stream, 0, bytes(0)));
    await quiet();
    assert.equal(incoming.state, "failed", "what is late changes nothing");
  });
}

test("a part with a wrong hash ends it", async () => {
  const { incoming, said, stream, hear } = await asked();
  hear(partOf(stream, 0, bytes(0), sha256("other")));
  await until(incoming, is("failed"));
  await eventually(() => JSON.parse(said[said.length - 1]).type === "file-stop");
  assert.deepEqual([incoming.state, JSON.parse(said[said.length - 1]).reason], ["failed", "hash"]);
});

test("more parts than the window allows end it", async () => {
  const wire = new Wire();
  const bob = wire.join("bob", { window: PART });
  wire.join("evil").transfers.hear = () => true;
  bob.transfers.hear("evil", json(OFFER));
  const sink = new Memory();
  sink.gate = new Promise(() => {});
  bob.offered[0].get(sink);
  await quiet();
  const { stream } = bob.offered[0];
  for (const index of [0, 1, 2]) bob.transfers.hear("evil", partOf(stream, index, bytes(index)));
  assert.equal(bob.offered[0].state, "failed");
});

test("what was not asked for is ignored: parts of other streams, of others, to all, and ends of them", async () => {
  const { bob, incoming, stream, hear } = await asked();
  const strangers = [
    () => hear(partOf(stream + 1, 0, bytes(0))),
    () => hear(partOf(stream, 0, bytes(0)), false),
    () => bob.transfers.hear("other", partOf(stream, 0, bytes(0))),
    () => bob.transfers.hear("other", json({ type: "file-fail", file: ID, stream, reason: "unknown" })),
    () => bob.transfers.hear("other", json({ type: "file-withdraw", file: ID })),
    () => hear({ type: "file-fail", file: ID, stream, reason: "unknown" }, false),
    () => hear({ type: "file-fail", file: ID, stream: stream + 1, reason: "unknown" }),
    () => hear({ type: "file-done", file: ID.replace("0", "f"), stream, hash: digest }),
    () => hear(new ArrayBuffer(44)),
  ];
  for (const send of strangers) send();
  await quiet();
  assert.equal(incoming.state, "receiving");
  for (const index of [0, 1, 2]) hear(partOf(stream, index, bytes(index)));
  hear({ type: "file-done", file: ID, stream, hash: digest });
  await until(incoming, is("done"));
});

test("a reason that nobody knows is still an end with a sentence", async () => {
  for (const reason of ["moonlight", "__proto__", "toString", "<img src=x onerror=alert(1)>"]) {
    const { incoming, stream, hear } = await asked();
    hear({ type: "file-fail", file: ID, stream, reason });
    assert.deepEqual([incoming.state, incoming.why], ["failed", "The sender ended it."]);
  }
});

const WRONG_MESSAGES = [
  '{"type":"file-offer"',
  '"file-offer"',
  '["file-get"]',
  '{"type":["file-get"]}',
  '{"type":"file-"}',
  '{"type":"file-__proto__"}',
  '{"type":"file-constructor"}',
  ...[
    { size: -1 },
    { size: 1.5 },
    { size: "5" },
    { size: null },
    { size: 2 ** 53 },
    { size: 1e300 },
    { part: 0 },
    { part: 1023 },
    { part: 983_041 },
    { part: "4096" },
    { name: "" },
    { name: 7 },
    { name: "x".repeat(1025) },
    { file: "A".repeat(32) },
    { file: "" },
    { file: `${ID}0` },
    { file: { length: 32 } },
    { v: "1" },
    { v: 1.5 },
    { size: 2 ** 40, part: 1024 },
    { name: null },
    { x: "x".repeat(20_000) },
  ].map((wrong) => json({ ...OFFER, ...wrong })),
  json(OFFER).replace(String(3 * PART), "NaN"),
  json(OFFER).replace(String(3 * PART), "1e999"),
  ...["get", "ack", "got", "stop", "done", "fail"].flatMap((type) =>
    [{}, { file: ID }, { file: ID, stream: -1 }, { file: ID, stream: 2 ** 32 }, { stream: 1 }].map((rest) =>
      json({ type: `file-${type}`, ...rest }),
    ),
  ),
  json({ type: "file-seek", files: "all" }),
  json({ type: "file-seek", files: [ID, 7] }),
  json({ type: "file-seek", files: Array(101).fill(ID) }),
];

test("malformed control messages are ignored", async () => {
  const wire = new Wire();
  const [ann, bob] = [wire.join("ann"), wire.join("bob")];
  ann.transfers.offer(file(PART));
  await quiet();
  const before = [ann.sent.length, bob.sent.length];
  for (const data of WRONG_MESSAGES) {
    assert.equal(decodeControl(data), null, data);
    for (const direct of [true, false]) {
      ann.transfers.hear("bob", data, direct);
      bob.transfers.hear("ann", data, direct);
    }
  }
  await quiet();
  assert.deepEqual([ann.sent.length, bob.sent.length, bob.offered.length], [...before, 1]);
});

test("a type of media that is none is none", () => {
  for (const mime of ["text/html; charset=utf-8", "x", "", 7, null, `a/${"b".repeat(200)}`, "image/png\n"])
    assert.equal(mimeOf(json({ ...OFFER, mime })), "", String(mime));
  assert.equal(mimeOf(json({ ...OFFER, mime: "image/svg+xml" })), "image/svg+xml");
});

/** @param {string} data */
function mimeOf(data) {
  const said = decodeControl(data);
  return said?.type === "offer" ? said.mime : null;
}

test("an offer of a newer version is shown, and cannot be asked for", async () => {
  const wire = new Wire();
  const bob = wire.join("bob");
  bob.transfers.hear("ann", json({ ...OFFER, v: 2 }));
  const [incoming] = bob.offered;
  assert.deepEqual(
    [incoming.state, incoming.why, incoming.canGet],
    ["failed", "It is offered by a newer version of this program.", false],
  );
  const sink = new Memory();
  incoming.get(sink);
  assert.equal(sink.state, "dropped");
});

test("a reason of a receiver that nobody knows is an end with a sentence as well", () => {
  for (const reason of ["moonlight", "constructor", "__proto__", "toString"]) {
    const wire = new Wire();
    const ann = wire.join("ann");
    wire.join("evil").transfers.hear = () => true;
    const { id, deliveries } = ann.transfers.offer(file(PART));
    ann.transfers.hear("evil", json({ type: "file-get", file: id, stream: 1, from: 0, window: PART }));
    ann.transfers.hear("evil", json({ type: "file-stop", file: id, stream: 1, reason }));
    assert.equal(deliveries.get("evil")?.why, "Ended there.", reason);
  }
});

test("nobody can offer what one offers oneself", async () => {
  const wire = new Wire();
  const ann = wire.join("ann");
  const { id } = ann.transfers.offer(file(PART));
  ann.transfers.hear("eve", json({ ...OFFER, file: id }));
  assert.equal(ann.offered.length, 0);
});

const LIES = {
  "beyond what was sent": { type: "file-ack", next: 5 },
  "got, in the middle": { type: "file-got" },
};

for (const [what, lie] of Object.entries(LIES)) {
  test(`who acknowledges what was not sent is told so and gets nothing more: ${what}`, async () => {
    const wire = new Wire();
    const ann = wire.join("ann");
    wire.join("evil").transfers.hear = () => true;
    const outgoing = ann.transfers.offer(file(50 * PART));
    ann.transfers.hear("evil", json({ type: "file-get", file: outgoing.id, stream: 9, from: 0, window: PART }));
    await sentParts(ann, 1);
    ann.transfers.hear("evil", json({ file: outgoing.id, stream: 9, ...lie }));
    const { state, why } = outgoing.deliveries.get("evil") ?? {};
    assert.deepEqual([state, why], ["ended", "The other side says that it has what was not sent."]);
    await quiet();
    assert.equal(parts(ann), 1);
    assert.equal(lastControl(ann).reason, "bad-ack");
    assert.equal(outgoing.received, 0);
  });
}

test("a window beyond all bounds is bounded, and an acknowledgement that goes back is a lie", async () => {
  const wire = new Wire();
  const ann = wire.join("ann", { part: 512 * 1024 });
  const outgoing = ann.transfers.offer(file(16 * 1024 * 1024));
  /** @param {number} next */
  const acknowledge = (next) =>
    ann.transfers.hear("evil", json({ type: "file-ack", file: outgoing.id, stream: 9, next }));
  wire.join("evil").transfers.hear = (_from, data) => {
    if (typeof data !== "string" && decodePart(data).index < 12) acknowledge(decodePart(data).index + 1);
    return true;
  };
  ann.transfers.hear(
    "evil",
    json({ type: "file-get", file: outgoing.id, stream: 9, from: 0, window: Number.MAX_SAFE_INTEGER }),
  );
  await sentParts(ann, 13);
  await quiet(300);
  assert.ok(parts(ann) <= 12 + 8, `${parts(ann) - 12} of half a MiB are on their way`);
  acknowledge(11);
  assert.equal(outgoing.deliveries.get("evil")?.state, "ended");
});

test("who asks for parts that there are not is refused", async () => {
  const wire = new Wire();
  const ann = wire.join("ann");
  wire.join("evil").transfers.hear = () => true;
  const { id, deliveries } = ann.transfers.offer(file(PART));
  ann.transfers.hear("evil", json({ type: "file-get", file: id, stream: 9, from: 2, window: 1 }));
  assert.deepEqual([deliveries.size, lastControl(ann).reason], [0, "bad-ack"]);
  ann.transfers.leave();
});

test("who asks for the same file a thousand times has one delivery, and costs no more", async () => {
  const wire = new Wire();
  const ann = wire.join("ann");
  wire.join("evil").transfers.hear = () => true;
  const { id, deliveries } = ann.transfers.offer(file(50 * PART));
  for (let stream = 0; stream < 1000; stream += 1)
    ann.transfers.hear("evil", json({ type: "file-get", file: id, stream, from: 0, window: PART }));
  await quiet();
  assert.deepEqual([deliveries.size, deliveries.get("evil")?.stream], [1, 999]);
  assert.ok(parts(ann) <= 2, "each that ended sent nothing");
  for (let peer = 0; peer < 500; peer += 1)
    ann.transfers.hear(`gone-${peer}`, json({ type: "file-get", file: id, stream: 1, from: 0, window: PART }));
  await quiet();
  assert.ok(deliveries.size <= 150, `${deliveries.size} are remembered`);
  ann.transfers.leave();
});

/** @typedef {string | {repeat: string, times: number}} Piece a text, or one as a repetition */

/** @param {Piece | Piece[]} text which may stand in pieces */
const whole = (text) =>
  [text]
    .flat()
    .map((piece) => (typeof piece === "string" ? piece : piece.repeat.repeat(piece.times)))
    .join("");

/** @type {{saved: {name: Piece[], as: Piece[]}[], messages: {text: Piece[], heeded: boolean}[]}} */
const VECTORS = JSON.parse(readFileSync(new URL("../../protocol/vectors/files.json", import.meta.url), "utf8"));

test("names are those of the vectors, and messages are heeded as there", () => {
  for (const { name, as } of VECTORS.saved) {
    assert.equal(cleanFileName(whole(name)), whole(as), json(name));
    assert.equal(cleanFileName(whole(as)), whole(as));
  }
  for (const { text, heeded } of VECTORS.messages) {
    assert.equal(decodeControl(whole(text)) !== null, heeded, json(text));
  }
});

test("names lose their paths and what deceives", () => {
  const names = {
    "../../etc/passwd": "passwd",
    "C:\\Windows\\system32\\x.dll": "x.dll",
    "/": "file",
    "..": "file",
    ".": "file",
    "...": "file",
    " ": "file",
    ".bashrc": "bashrc",
    "a\u0000b\u001b[2J.txt": "ab[2J.txt",
    "invoice\u202egpj.exe": "invoicegpj.exe",
    CON: "_CON",
    "nul.txt": "_nul.txt",
    com1: "_com1",
    "LPT9 .x": "_LPT9 .x",
    "console.log": "console.log",
    'a<b>:c"d|e?f*.txt': "a_b__c_d_e_f_.txt",
    "trailing. . ": "trailing",
    "Ünï cödé.png": "Ünï cödé.png",
    "日本.txt": "日本.txt",
    "\ud800x": "x",
    "a\u200b\u00adb": "ab",
    "..\\..\\": "file",
    "<img src=x onerror=alert(1)>.png": "_img src=x onerror=alert(1)_.png",
    "two\nlines.txt": "twolines.txt",
  };
  for (const [name, clean] of Object.entries(names)) assert.equal(cleanFileName(name), clean, json(name));
  const long = cleanFileName(`${"ä".repeat(900)}.tar.gz`);
  assert.ok(Buffer.byteLength(long) <= 200 && long.endsWith("ä.gz"), long);
  assert.ok(Buffer.byteLength(cleanFileName("x".repeat(1024))) <= 200);
  assert.equal(
    cleanFileName(`${"x".repeat(198)} . ${"y".repeat(100)}`),
    "x".repeat(198),
    "no space and no dot where it was cut",
  );
  assert.equal(cleanFileName(cleanFileName(".. /CON")), cleanFileName(".. /CON"));
});
