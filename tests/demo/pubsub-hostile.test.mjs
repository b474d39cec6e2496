/** The hub of publish/subscribe and peers that keep to no rule. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { MESSAGE_AT_MOST, TOPICS_AT_MOST, VALUE_AT_MOST } from "../../demo/pubsub/ledger.js";
import { Network, reconcile, say, stamps, together, values } from "./pubsub-network.mjs";

test("a clock that nobody can have reached is ignored, and the highest that is taken is passed at once", (t) => {
  let now = 1_800_000_000_000;
  const network = new Network(1);
  const [ann, bob] = [network.member(() => now), network.member(() => now)];
  t.after(() => {
    ann.hub.close();
    bob.hub.close();
  });
  network.settle();
  ann.hub.publish("a", "honest");
  network.settle();
  const lies = [
    "9007199254740991",
    "9007199254740993",
    "1e308",
    "1e999",
    "-1",
    "0",
    "1.5",
    '"5"',
    "null",
    "[7]",
    "{}",
    String(now * 1000 + 1),
  ];
  for (const clock of lies) {
    say(network, bob, ann, `{"type":"put","topic":"a","clock":${clock},"value":"lie"}`);
    say(network, bob, ann, `{"type":"news","entries":[["a",${clock},"zzz","lie"]]}`);
  }
  assert.deepEqual([values(ann), ann.ledger.clock], [{ a: "honest" }, 1]);
  say(network, bob, ann, { type: "put", topic: "a", clock: now * 1000, value: "highest" });
  assert.deepEqual(values(ann), { a: "highest" });
  now += 1;
  ann.hub.publish("a", "honest again");
  network.settle();
  assert.deepEqual([values(ann), values(bob)], [{ a: "honest again" }, { a: "honest again" }]);
  assert.ok(Number.isSafeInteger(ann.ledger.clock));
});

test("malformed, hostile and unknown messages change nothing, and stop nothing", (t) => {
  const {
    network,
    members: [ann, bob],
  } = together(t, 2);
  ann.hub.publish("a", 1);
  network.settle();
  const bad = [
    "",
    "x",
    "null",
    "7",
    "[]",
    '{"type":"constructor"}',
    '{"type":"put"}',
    '{"type":"put","topic":"a/#","clock":9,"value":1}',
    '{"type":"put","topic":["a"],"clock":9}',
    `{"type":"put","topic":"deep","clock":9,"value":${"[".repeat(200_000)}${"]".repeat(200_000)}}`,
    `{"type":"put","topic":"long","clock":9,"value":"${"x".repeat(VALUE_AT_MOST)}"}`,
    '{"type":"all","entries":7,"end":true}',
    '{"type":"news","entries":{"length":1e9}}',
    '{"type":"news","entries":[null,7,[],["a"],["a",9],["a",9,7],["a",9,"not an id"],["a",9,""],[{"toString":1},9,"zz",1],["a#",9,"zz",1]]}',
    '{"type":"sum"}',
    '{"type":"sum","upTo":"x","clock":{},"sum":[]}',
    '{"type":"put","topic":"a","clock":1,"value":0,"by":"zzzz"}',
  ];
  for (const message of bad) say(network, bob, ann, message);
  network.queue(bob.room, ann.room).push({ kind: "data", data: new ArrayBuffer(8), direct: true });
  network.settle();
  assert.deepEqual([stamps(ann).length, values(ann)], [1, bob.room.id > ann.room.id ? { a: 0 } : { a: 1 }]);
  ann.hub.publish("a", 2);
  network.settle();
  assert.deepEqual(values(bob), { a: 2 });
});

test("of a message only as much is read as a page would send", (t) => {
  const {
    network,
    members: [ann, bob],
  } = together(t, 2);
  const entries = Array.from({ length: TOPICS_AT_MOST + 500 }, (_, number) => [`t/${number}`, number + 1, "z", 0]);
  say(network, bob, ann, { type: "put", entries });
  say(network, bob, ann, {
    type: "news",
    entries: entries.slice(0, 10),
    filling: "x".repeat(MESSAGE_AT_MOST),
  });
  assert.equal(ann.ledger.entries.size, 0);
  say(network, bob, ann, { type: "news", entries });
  assert.deepEqual([ann.ledger.entries.size, ann.ledger.dropped], [TOPICS_AT_MOST, 0]);
});

test("two values under one stamp, which is a lie, still end alike everywhere", (t) => {
  const {
    network,
    members: [ann, bob, cleo],
  } = together(t, 3);
  say(network, cleo, ann, { type: "put", topic: "a", clock: 5, value: "to Ann" });
  say(network, cleo, bob, { type: "put", topic: "a", clock: 5, value: "to Bob" });
  reconcile(network, [ann, bob, cleo]);
  assert.deepEqual([values(ann), values(bob), values(cleo)], Array(3).fill({ a: "to Bob" }));
});

test("who asks again and again is answered once between two comparisons", (t) => {
  const {
    network,
    members: [ann, bob],
  } = together(t, 2);
  ann.hub.compare();
  let answers = 0;
  bob.room.addEventListener("data", ({ detail: { data } }) => {
    answers += Number(String(data).includes('"end":true'));
  });
  for (let time = 0; time < 50; time += 1) say(network, bob, ann, { type: "ask" });
  assert.equal(answers, 1);
});
