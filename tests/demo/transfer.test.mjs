/** Files between peers by docs/files.md: whole, bounded, cancelled at once, resumed. */

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { openAsBlob } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { decodePart, isOfFiles } from "../../demo/shared/transfer/wire.js";
import { eventually, file, is, Memory, parts, quiet, sentParts, until, Wire } from "./transfer-pair.mjs";

/** @import { Control, Peer, Sent } from "./transfer-pair.mjs" */

const PART = 4096;

/** Ann offers a file to Bob. */
async function offered(size = 10 * PART, sizes = {}) {
  const wire = new Wire();
  const [ann, bob] = [wire.join("ann", sizes), wire.join("bob", sizes)];
  const outgoing = ann.transfers.offer(file(size));
  await quiet();
  return { wire, ann, bob, outgoing, incoming: bob.offered[0], sink: new Memory() };
}

/** @param {Blob | null} blob */
const buffer = async (blob) => Buffer.from((await blob?.arrayBuffer()) ?? new ArrayBuffer(0));

/**
 * @param {Sent} data
 * @returns {data is ArrayBuffer}
 */
const isPart = (data) => typeof data !== "string";

/**
 * @param {Peer} peer
 * @param {string} type
 */
const controls = (peer, type) =>
  peer.sent
    .filter((data) => typeof data === "string")
    .map(/** @returns {Control} */ (data) => JSON.parse(data))
    .filter((said) => said.type === `file-${type}`);

for (const size of [0, 1, PART - 1, PART, PART + 1, 100 * PART + 17]) {
  test(`a file of ${size} bytes arrives whole, and both sides know`, async () => {
    const { ann, bob, outgoing, incoming, sink } = await offered(size);
    assert.equal(ann.transfers.busy, false);
    incoming.get(sink);
    assert.equal(bob.transfers.busy, true);
    await until(incoming, is("done"));
    await until(outgoing, ({ received }) => received === 1);
    assert.deepEqual(await buffer(incoming.result), await buffer(outgoing.file));
    assert.deepEqual(
      [sink.state, incoming.stored, outgoing.deliveries.get("bob")?.state],
      ["finished", size, "received"],
    );
    assert.deepEqual([ann.transfers.busy, bob.transfers.busy], [false, false]);
  });
}

test("it is not done before the hash of all hashes has been compared", async () => {
  const { wire, ann, incoming, sink } = await offered();
  wire.meddle = (message) => (String(message.data).includes("file-done") ? null : message);
  incoming.get(sink);
  await until(incoming, ({ stored }) => stored === 10 * PART);
  await quiet();
  assert.deepEqual([incoming.state, incoming.result, sink.state], ["receiving", null, "open"]);
  ann.transfers.leave();
});

test("never more is on its way than the window, and a slow disk slows the sender", async () => {
  const { wire, ann, outgoing, incoming, sink } = await offered(50 * PART);
  let [acknowledged, most] = [0, 0];
  let open = () => {};
  wire.meddle = (message) => {
    if (String(message.data).includes("file-ack")) acknowledged = JSON.parse(String(message.data)).next;
    most = Math.max(most, parts(ann) - acknowledged);
    return message;
  };
  sink.gate = new Promise((resolve) => {
    open = () => resolve(undefined);
  });
  incoming.get(sink);
  await sentParts(ann, 2);
  await quiet();
  assert.equal(parts(ann), 2, "two to begin with");
  assert.equal(outgoing.deliveries.get("bob")?.acknowledged, 0);
  open();
  await until(incoming, is("done"));
  assert.equal(parts(ann), 50);
  assert.ok(most <= 4, `${most} parts were on their way`);
});

test("several people get a file at once, each at their own pace", async () => {
  const wire = new Wire();
  const ann = wire.join("ann");
  const others = ["bob", "cleo", "dan"].map((id) => wire.join(id));
  const outgoing = ann.transfers.offer(file(20 * PART));
  await quiet();
  const sinks = others.map(() => new Memory());
  let open = () => {};
  sinks[0].gate = new Promise((resolve) => {
    open = () => resolve(undefined);
  });
  others.forEach(({ offered: [incoming] }, index) => incoming.get(sinks[index]));
  await Promise.all(others.slice(1).map(({ offered: [incoming] }) => until(incoming, is("done"))));
  assert.equal(others[0].offered[0].state, "receiving");
  open();
  await until(outgoing, ({ received }) => received === 3);
});

test("what somebody else is offered cannot be had", async () => {
  const wire = new Wire();
  const [ann, bob, eve] = ["ann", "bob", "eve"].map((id) => wire.join(id));
  const { id } = ann.transfers.offer(file(PART), "bob");
  await quiet();
  assert.deepEqual([bob.offered.length, eve.offered.length], [1, 0]);
  ann.transfers.hear("eve", JSON.stringify({ type: "file-seek", files: [id] }));
  ann.transfers.hear("eve", JSON.stringify({ type: "file-get", file: id, stream: 1, from: 0, window: 1e6 }));
  await quiet();
  assert.equal(parts(ann), 0);
  assert.deepEqual(
    controls(ann, "fail").map(({ reason }) => reason),
    ["unknown"],
  );
  assert.equal(eve.offered.length, 0);
});

test("the receiver cancels: the sender stops, what came is dropped, and it can be asked for again", async () => {
  const { ann, outgoing, incoming, sink } = await offered(50 * PART);
  incoming.get(sink);
  await until(incoming, ({ stored }) => stored > 5 * PART);
  incoming.cancel();
  assert.equal(incoming.state, "cancelled");
  await eventually(() => sink.state !== "open" && outgoing.deliveries.get("bob")?.state === "ended");
  assert.ok(parts(ann) < 50);
  assert.deepEqual([sink.state, outgoing.deliveries.get("bob")?.why], ["dropped", "Cancelled there."]);
  const again = new Memory();
  incoming.get(again);
  await until(incoming, is("done"));
  assert.deepEqual(await buffer(incoming.result), await buffer(outgoing.file));
});

test("the sender cancels one delivery, or all by withdrawing the file", async () => {
  const { outgoing, incoming, sink } = await offered(50 * PART);
  incoming.get(sink);
  await until(incoming, ({ stored }) => stored > 5 * PART);
  outgoing.deliveries.get("bob")?.cancel();
  await until(incoming, is("failed"));
  assert.equal(incoming.why, "The sender ended it.");
  const again = new Memory();
  incoming.get(again);
  await until(incoming, ({ stored }) => stored > 5 * PART);
  outgoing.withdraw();
  await until(incoming, is("withdrawn"));
  await eventually(() => again.state !== "open");
  assert.deepEqual(
    [sink.state, again.state, outgoing.deliveries.get("bob")?.state, incoming.canGet],
    ["dropped", "dropped", "ended", false],
  );
});

test("after a lost connection it goes on where it was, with new ids on both sides", async () => {
  const { wire, ann, bob, outgoing, incoming, sink } = await offered(50 * PART);
  incoming.get(sink);
  await until(incoming, ({ stored }) => stored > 10 * PART);
  wire.lose(ann);
  wire.lose(bob);
  assert.deepEqual(
    [incoming.state, incoming.why],
    ["interrupted", "Its sender is not there. It goes on when they are back."],
  );
  await quiet();
  const kept = sink.written;
  wire.return(ann, "ann-2");
  wire.return(bob, "bob-2");
  await until(incoming, is("done"));
  assert.equal(sink.written, outgoing.size, "nothing came twice");
  assert.equal(controls(bob, "get").at(-1)?.from, kept / PART);
  assert.deepEqual(await buffer(incoming.result), await buffer(outgoing.file));
  assert.equal(bob.offered.length, 1);
});

test("what is offered to one person alone ends with the connection: nobody can ask for it under another id, and nobody is told its id", async () => {
  const wire = new Wire();
  const [ann, bob, eve] = ["ann", "bob", "eve"].map((id) => wire.join(id));
  const { id } = ann.transfers.offer(file(50 * PART), "bob");
  await quiet();
  const [incoming] = bob.offered;
  incoming.get(new Memory());
  await until(incoming, ({ stored }) => stored > 5 * PART);
  wire.lose(bob);
  assert.deepEqual([incoming.state, incoming.canGet], ["failed", false]);
  assert.match(incoming.why, /offered to you alone/);
  wire.return(bob, "bob-2");
  const seek = JSON.stringify({ type: "file-seek", files: [id] });
  for (const asker of ["eve", "bob-2"]) ann.transfers.hear(asker, seek, true);
  await quiet();
  assert.deepEqual([controls(bob, "seek"), controls(ann, "offer").length, eve.offered.length], [[], 1, 0]);
});

test("over a carrier without messages to all, offers are to all and are sought", async () => {
  const wire = new Wire();
  const bob = wire.join("bob");
  const ann = wire.join("ann");
  const offer = { type: "file-offer", v: 1, file: "a".repeat(32), name: "x", size: 5, mime: "", part: PART };
  bob.transfers.hear("ann", JSON.stringify(offer));
  wire.lose(ann);
  wire.return(ann, "ann-2");
  assert.deepEqual(controls(bob, "seek"), [{ type: "file-seek", files: [offer.file] }]);
});

test("while the sender is there, nobody else can take its place; afterwards only with the same file", async () => {
  const { wire, ann, bob, incoming } = await offered();
  const eve = wire.join("eve");
  const offer = {
    type: "file-offer",
    v: 1,
    file: incoming.id,
    name: "some.bin",
    size: 10 * PART,
    mime: "",
    part: PART,
  };
  bob.transfers.hear("eve", JSON.stringify(offer));
  assert.equal(incoming.from, "ann");
  wire.lose(ann);
  bob.transfers.hear("eve", JSON.stringify({ ...offer, size: 7 }));
  assert.deepEqual([incoming.from, incoming.state], ["ann", "away"]);
  assert.equal(eve.offered.length, 0);
});

test("a full disk ends it with a sentence, and the sender hears of it", async () => {
  const { outgoing, incoming, sink } = await offered(50 * PART);
  incoming.get(sink);
  await until(incoming, ({ stored }) => stored > 5 * PART);
  sink.failure = new DOMException("full", "QuotaExceededError");
  await until(incoming, is("failed"));
  await until(outgoing, ({ deliveries }) => deliveries.get("bob")?.state === "ended");
  await eventually(() => sink.state !== "open");
  assert.match(incoming.why, /no room left/);
  assert.deepEqual([sink.state, outgoing.deliveries.get("bob")?.why], ["dropped", "It could not be stored there."]);
});

test("a file that changes on the disk while it is sent is not handed over as whole", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "nws-file-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "grows");
  await writeFile(path, Buffer.alloc(50 * PART, 1));
  const wire = new Wire();
  const [ann, bob] = [wire.join("ann"), wire.join("bob")];
  const outgoing = ann.transfers.offer(
    Object.assign(await openAsBlob(path), { name: "grows", lastModified: 0, webkitRelativePath: "" }),
  );
  await quiet();
  const [incoming] = bob.offered;
  incoming.get(new Memory());
  await until(incoming, ({ stored }) => stored > 5 * PART);
  await writeFile(path, Buffer.alloc(49 * PART, 2));
  await until(incoming, is("failed"));
  assert.match(incoming.why, /file/);
  assert.match(outgoing.deliveries.get("bob")?.why ?? "", /file/);
});

test("the same bytes read differently a second time are a changed file", async () => {
  const { outgoing, incoming } = await offered();
  const original = outgoing.file;
  incoming.get(new Memory());
  await until(incoming, is("done"));
  const other = new Uint8Array(10 * PART).fill(9);
  outgoing.file = new File([other], original.name);
  await assert.rejects(outgoing.read(0), { reason: "changed" });
});

test("who asks for the end of a file has it read once, and no further when they have gone", async () => {
  const wire = new Wire();
  const ann = wire.join("ann");
  for (const id of ["one", "two"]) wire.join(id).transfers.hear = () => false;
  const outgoing = ann.transfers.offer(file(1000 * PART));
  let reads = 0;
  const { read } = outgoing;
  outgoing.read = (index) => {
    reads += 1;
    return read.call(outgoing, index);
  };
  /**
   * @param {string} id
   * @param {number} stream
   */
  const ask = (id, stream) =>
    ann.transfers.hear(id, JSON.stringify({ type: "file-get", file: outgoing.id, stream, from: 1000, window: 1 }));
  for (let stream = 0; stream < 20; stream += 1) for (const id of ["one", "two"]) ask(id, stream);
  await eventually(() => reads > 3);
  for (const id of ["one", "two"]) ann.transfers.go(id);
  await quiet();
  assert.ok(reads < 100, `${reads} parts were read for nobody`);
  const before = reads;
  await quiet();
  assert.equal(reads, before);
  for (const id of ["one", "two"]) ask(id, 50);
  await eventually(() => controls(ann, "done").length === 2);
  assert.equal(reads, 1000, "each part once");
  ann.transfers.leave();
});

test("a part that is tampered with ends it, and nothing is handed on", async () => {
  const { wire, incoming, outgoing, sink } = await offered();
  wire.meddle = (message) => {
    if (isPart(message.data) && decodePart(message.data).index === 6) new Uint8Array(message.data)[100] ^= 1;
    return message;
  };
  incoming.get(sink);
  await until(incoming, is("failed"));
  await eventually(() => sink.state !== "open" && outgoing.deliveries.get("bob")?.state === "ended");
  assert.equal(incoming.why, "What came is not what was sent: its hash differs.");
  assert.deepEqual(
    [sink.state, outgoing.deliveries.get("bob")?.why],
    ["dropped", "It did not arrive there as it was sent."],
  );
});

test("a hash of all that does not fit ends it", async () => {
  const { wire, incoming, sink } = await offered();
  const other = "f".repeat(64);
  wire.meddle = (message) => ({
    ...message,
    data: typeof message.data === "string" ? message.data.replace(/(?<="hash":")\w+/, other) : message.data,
  });
  incoming.get(sink);
  await until(incoming, is("failed"));
  assert.match(incoming.why, /hash differs/);
});

test("messages of files are told from others", () => {
  assert.equal(isOfFiles('{"type":"file-new-kind"}'), true);
  for (const data of [
    '{"type":"say","text":"\\"file-offer\\""}',
    '"file-',
    'null "file-',
    "",
    new ArrayBuffer(3),
    new ArrayBuffer(100),
    null,
    7,
  ]) {
    assert.equal(isOfFiles(data), false, String(data));
  }
});
