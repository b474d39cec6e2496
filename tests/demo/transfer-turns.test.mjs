/** How many files are under way at once, who waits for their turn, and who is given up. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { file, is, Memory, parts, quiet, sentParts, until, Wire } from "./transfer-pair.mjs";

/**
 * @import { Delivery } from "../../demo/shared/transfer/delivery.js"
 * @import { Control, Peer } from "./transfer-pair.mjs"
 */

const PART = 4096;

/**
 * @param {Peer} peer
 * @param {string} type
 */
const controls = (peer, type) =>
  peer.sent
    .filter((data) => typeof data === "string")
    .map(/** @returns {Control} */ (data) => JSON.parse(data))
    .filter((said) => said.type === `file-${type}`);
test("one who never acknowledges is given up, and meanwhile the others are served", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const wire = new Wire();
  const [ann, bob] = [wire.join("ann"), wire.join("bob")];
  wire.join("mute").transfers.hear = () => false;
  const outgoing = ann.transfers.offer(file(20 * PART));
  await quiet();
  ann.transfers.hear("mute", JSON.stringify({ type: "file-get", file: outgoing.id, stream: 1, from: 0, window: 1 }));
  await sentParts(ann, 1);
  await quiet();
  assert.equal(parts(ann), 1);
  bob.offered[0].get(new Memory());
  await until(outgoing, ({ received }) => received === 1);
  t.mock.timers.tick(20_000);
  ann.transfers.hear("mute", JSON.stringify({ type: "file-ack", file: outgoing.id, stream: 1, next: 0 }));
  t.mock.timers.tick(10_000);
  assert.deepEqual(
    [outgoing.deliveries.get("mute")?.state, outgoing.deliveries.get("mute")?.why],
    ["ended", "Nothing arrives there any more."],
  );
  assert.equal(controls(ann, "fail")[0].reason, "stalled");
  assert.equal(ann.transfers.busy, false);
});

test("at most eight are sent at once and two to one, others wait for their turn, and too many are told so", async () => {
  const wire = new Wire();
  const ann = wire.join("ann");
  const outgoing = Array.from({ length: 20 }, (_, index) => ann.transfers.offer(file(4 * PART, `f${index}`)));
  for (let peer = 0; peer < 6; peer += 1) wire.join(`p${peer}`).transfers.hear = () => false;
  /**
   * @param {number} peer
   * @param {number} number
   */
  const ask = (peer, number) =>
    ann.transfers.hear(
      `p${peer}`,
      JSON.stringify({ type: "file-get", file: outgoing[number].id, stream: number, from: 0, window: 1 }),
    );
  for (let number = 0; number < 20; number += 1) for (let peer = 0; peer < 6; peer += 1) ask(peer, number);
  const states = outgoing.flatMap(({ deliveries }) => [...deliveries.values()]);
  /**
   * @param {Delivery["state"]} state
   * @param {string} [to]
   */
  const count = (state, to) =>
    states.filter((delivery) => delivery.state === state && (!to || delivery.to === to)).length;
  assert.deepEqual([count("sending"), count("sending", "p0"), count("sending", "p5")], [8, 2, 1]);
  assert.equal(count("waiting"), 64);
  assert.equal(
    controls(ann, "fail").every(({ reason }) => reason === "busy"),
    true,
  );
  assert.equal(count("ended") + count("sending") + count("waiting"), 120);
  ann.transfers.go("p0");
  assert.equal(count("sending"), 8, "others move up");
  ann.transfers.leave();
  assert.equal(count("sending") + count("waiting"), 0);
});

test("the receiver takes four files at once and two of one sender, and lets the others wait", async () => {
  const wire = new Wire();
  const [ann, bob, cleo, dan] = ["ann", "bob", "cleo", "dan"].map((id) => wire.join(id));
  for (let number = 0; number < 4; number += 1) ann.transfers.offer(file(4 * PART, `f${number}`));
  await quiet();
  for (let number = 4; number < 10; number += 1) [cleo, dan][number % 2].transfers.offer(file(4 * PART, `f${number}`));
  await quiet();
  /** @param {string} state */
  const count = (state) => bob.offered.filter((incoming) => incoming.state === state).length;
  for (const incoming of bob.offered.slice(0, 4)) incoming.get(new Memory());
  assert.deepEqual([count("receiving"), count("waiting")], [2, 2]);
  for (const incoming of bob.offered.slice(4)) incoming.get(new Memory());
  assert.deepEqual([count("receiving"), count("waiting")], [4, 6]);
  bob.offered[9].cancel();
  await Promise.all(bob.offered.slice(0, 9).map((incoming) => until(incoming, is("done"))));
  assert.equal(bob.offered[9].state, "cancelled");
  for (const { transfers } of [ann, cleo, dan]) transfers.leave();
});

test("a stream to which nothing comes for a minute gives its place to another file", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const wire = new Wire();
  const [ann, bob] = [wire.join("ann"), wire.join("bob")];
  wire.join("mute").transfers.hear = () => false;
  for (const number of [1, 2, 3]) {
    bob.transfers.hear(
      "mute",
      JSON.stringify({
        type: "file-offer",
        v: 1,
        file: String(number).repeat(32),
        name: "x",
        size: 5,
        mime: "",
        part: PART,
      }),
      false,
    );
  }
  for (const incoming of bob.offered) incoming.get(new Memory());
  ann.transfers.offer(file(5));
  await quiet();
  bob.offered[3].get(new Memory());
  await until(bob.offered[3], is("done"));
  assert.deepEqual(
    bob.offered.map(({ state }) => state),
    ["receiving", "receiving", "waiting", "done"],
  );
  t.mock.timers.tick(60_000);
  assert.deepEqual(
    bob.offered.map(({ state }) => state),
    ["interrupted", "interrupted", "receiving", "done"],
  );
  assert.equal(bob.offered[0].why, "Nothing has come for a minute.");
  assert.deepEqual(
    controls(bob, "stop").map(({ reason }) => reason),
    ["stalled", "stalled"],
  );
  bob.transfers.leave();
});

test("offers beyond a hundred are taken, the oldest are forgotten, and the flood is told once", async () => {
  const wire = new Wire();
  const bob = wire.join("bob");
  /** @param {number} number */
  const offer = (number) =>
    JSON.stringify({
      type: "file-offer",
      v: 1,
      file: number.toString(16).padStart(32, "0"),
      name: `f${number}`,
      size: 5,
      mime: "",
      part: PART,
    });
  for (let number = 0; number < 3000; number += 1) bob.transfers.hear("eve", offer(number));
  assert.equal(bob.offered.filter(is("offered")).length, 100);
  assert.equal(bob.offered.filter(is("forgotten")).length, 2900);
  assert.deepEqual(bob.floods, ["eve"]);
  for (let peer = 0; peer < 10; peer += 1)
    for (let number = 0; number < 100; number += 1) bob.transfers.hear(`p${peer}`, offer(10_000 + peer * 100 + number));
  assert.equal(bob.offered.filter(is("offered")).length, 500);
});

test("own offers end at a hundred, with a sentence", async () => {
  const wire = new Wire();
  const ann = wire.join("ann");
  for (let number = 0; number < 100; number += 1) ann.transfers.offer(file(1));
  assert.throws(() => ann.transfers.offer(file(1)), /stop offering one first/);
});
