/** The hub of publish/subscribe on simulated networks: patterns, races, newcomers, cuts, lies and limits. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { VALUE_AT_MOST } from "../../demo/pubsub/ledger.js";
import { isPattern, isTopic } from "../../demo/pubsub/topic.js";
import { heard, lots, Network, reconcile, say, stamps, together, values } from "./pubsub-network.mjs";

/** @import { Member } from "./pubsub-network.mjs" */

test("what is no pattern and what is no topic is refused with a sentence", (t) => {
  const {
    members: [{ hub }],
  } = together(t, 1);
  for (const pattern of [
    "",
    "sport+",
    "sport/tennis#",
    "sport/#/ranking",
    "#/",
    "+a/b",
    "a\0b",
    "x".repeat(201),
    "\ud800",
    7,
    null,
  ]) {
    assert.equal(isPattern(pattern), false, String(pattern));
    const wrong = /** @type {string} */ (pattern);
    assert.throws(() => hub.subscribe(wrong, () => {}), /^RangeError: In a pattern/);
  }
  for (const topic of ["", "a/+", "a/#", "a#", "a\0", "x".repeat(201), "\udc00", undefined, {}]) {
    assert.equal(isTopic(topic), false, String(topic));
    const wrong = /** @type {string} */ (topic);
    assert.throws(() => hub.publish(wrong, 1), /^RangeError: A topic/);
  }
  for (const value of [() => {}, Symbol("x"), "x".repeat(VALUE_AT_MOST)])
    assert.throws(() => hub.publish("a", value), /^RangeError: A value/);
});

test("all subscribers hear a value, also the publisher’s, until they unsubscribe", (t) => {
  const {
    network,
    members: [ann, bob],
  } = together(t, 2);
  const [own, far] = [heard(ann.hub, "room/+/light"), heard(bob.hub, "#")];
  /** @type {unknown[]} */
  const counted = [];
  /** @param {unknown} value */
  const count = (value) => counted.push(value);
  const stop = bob.hub.subscribe("room/#", count);
  bob.hub.subscribe("room/1/light", count);
  assert.equal(ann.hub.publish("room/1/light", { on: true, at: new Date(0) }), true);
  network.settle();
  const light = ["room/1/light", { on: true, at: "1970-01-01T00:00:00.000Z" }];
  assert.deepEqual([own, far, counted], [[light], [light], [light[1], light[1]]]);
  stop();
  bob.hub.unsubscribe("room/1/light", count);
  ann.hub.publish("room/1/light", null);
  network.settle();
  assert.deepEqual([far.at(-1), counted.length], [["room/1/light", null], 2]);
});

test("who subscribes late hears the last values at once, but not those that were cleared", (t) => {
  const {
    network,
    members: [ann, bob],
  } = together(t, 2);
  for (const value of [1, 2, 3]) ann.hub.publish("count", value);
  ann.hub.publish("gone", 1);
  ann.hub.publish("gone", undefined);
  network.settle();
  assert.deepEqual(heard(bob.hub, "#"), [["count", 3]]);
});

test("two who publish at once end with the same value, and no subscriber goes back", (t) => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const { network, members } = together(t, 5, seed);
    const said = members.map(({ hub }) => heard(hub, "race"));
    for (const [number, { hub }] of members.entries()) hub.publish("race", number);
    network.settle();
    const winner = [...members].sort((one, other) => (one.room.id < other.room.id ? 1 : -1))[0];
    for (const [number, member] of members.entries()) {
      assert.deepEqual(values(member), { race: members.indexOf(winner) });
      assert.equal(said[number].at(-1)?.[1], members.indexOf(winner));
    }
  }
});

test("a newcomer is given everything, by the lowest id of those it has met", (t) => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const { network, members } = together(t, 4, seed);
    members[0].hub.publish("old", "value");
    members[0].hub.publish("cleared", 1);
    network.settle();
    members[1].hub.publish("cleared", undefined);
    network.settle();
    network.leave(members[0]);
    members.shift();
    network.settle();
    const newcomer = network.member();
    members.push(newcomer);
    /** @type {[id: string, lowest: string][]} */
    const askedOf = [];
    const { room } = newcomer;
    const sendTo = room.sendTo.bind(room);
    room.sendTo = (person, data) => {
      if (String(data).includes('"ask"')) askedOf.push([person.id, [...room.people.keys()].sort()[0]]);
      return sendTo(person, data);
    };
    const said = heard(newcomer.hub, "#");
    network.settle();
    assert.deepEqual(
      said.filter(([, value]) => value !== undefined),
      [["old", "value"]],
    );
    assert.deepEqual(stamps(newcomer), stamps(members[0]));
    assert.ok(askedOf.length > 0);
    for (const [id, lowest] of askedOf) assert.equal(id, lowest);
    newcomer.hub.close();
  }
});

test("when the one who was asked leaves before it has answered, the next is asked", (t) => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const { network, members } = together(t, 4, seed);
    members[0].hub.publish("a", 1);
    network.settle();
    const [slow] = members.toSorted((one, other) => (one.room.id < other.room.id ? -1 : 1));
    const sendTo = slow.room.sendTo.bind(slow.room);
    slow.room.sendTo = (person, data) => String(data).includes('"all"') || sendTo(person, data);
    const newcomer = network.member();
    t.after(() => newcomer.hub.close());
    network.settle();
    const known = values(newcomer);
    network.leave(slow);
    network.settle();
    assert.deepEqual(values(newcomer), { a: 1 }, `seed ${seed}: before, it had ${JSON.stringify(known)}`);
  }
});

test("who does not answer is passed over", (t) => {
  const network = new Network(3);
  const members = Array.from({ length: 3 }, () => network.member());
  t.after(() => {
    for (const { hub } of members) hub.close();
  });
  network.settle();
  members[0].hub.publish("a", 1);
  network.settle();
  const [silent] = [...members].sort((one, other) => (one.room.id < other.room.id ? -1 : 1));
  Object.assign(silent.room, { send: () => true, sendTo: () => true });
  const newcomer = network.member();
  t.after(() => newcomer.hub.close());
  network.settle();
  for (let round = 0; round < 3; round += 1) {
    newcomer.hub.compare();
    network.settle();
  }
  assert.deepEqual(values(newcomer), { a: 1 });
});

test("after a cut both sides have what either side published", (t) => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const { network, members } = together(t, 6, seed);
    const [left, right] = [members.slice(0, 3), members.slice(3)];
    const pairs = left.flatMap((one) => right.map((other) => ({ one: one.room, other: other.room })));
    members[0].hub.publish("both", "before");
    network.settle();
    for (const { one, other } of pairs) network.cut(one, other);
    for (let round = 0; round < 9; round += 1) left[round % 3].hub.publish(`left/${round}`, round);
    right[0].hub.publish("right", 1);
    right[1].hub.publish("both", "right");
    left[2].hub.publish("both", undefined);
    network.settle();
    for (const { one, other } of pairs) network.join(one, other);
    reconcile(network, members);
    for (const member of members) assert.deepEqual(stamps(member), stamps(members[0]), `seed ${seed}`);
    assert.equal(members[0].ledger.entries.size, 11);
    assert.equal(values(members[0]).both, undefined, "the left side has counted further");
    for (const { hub } of members) hub.close();
  }
});

test("what is published without a connection is kept, and told after the next one", (t) => {
  const {
    network,
    members: [ann, bob, cleo],
  } = together(t, 3);
  ann.hub.publish("before", 0);
  network.settle();
  network.lose(ann.room);
  network.settle();
  assert.equal(ann.hub.publish("alone", 1), false);
  network.connect(ann.room);
  network.settle();
  for (const member of [bob, cleo]) assert.deepEqual(values(member), { before: 0, alone: 1 });
});

test("who has counted less than the others learns what it lacks", (t) => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const { network, members } = together(t, 2, seed);
    reconcile(network, members);
    const [low, high] = members.toSorted((one, other) => (one.room.id < other.room.id ? -1 : 1));
    high.ledger.merge({ topic: "a", clock: 50, by: "somebody", value: 1 });
    reconcile(network, members);
    assert.deepEqual(values(low), { a: 1 });
  }
});

test("a snapshot that comes twice changes nothing", (t) => {
  const {
    network,
    members: [ann, bob],
  } = together(t, 2);
  for (let topic = 0; topic < 20; topic += 1) ann.hub.publish(`t/${topic}`, topic);
  network.settle();
  const said = heard(bob.hub, "#");
  const before = [stamps(bob), said.length];
  const entries = [...ann.ledger.entries.values()].map(({ topic, clock, by, value }) => [topic, clock, by, value]);
  for (let round = 0; round < 2; round += 1) say(network, ann, bob, { type: "news", entries });
  assert.deepEqual([stamps(bob), said.length], before);
});

test("parts of a snapshot stay far below the message limit", (t) => {
  const {
    network,
    members: [ann],
  } = together(t, 1);
  for (let topic = 0; topic < 300; topic += 1) ann.hub.publish(`t/${topic}`, "\u20ac".repeat(VALUE_AT_MOST - 2));
  const newcomer = network.member();
  t.after(() => newcomer.hub.close());
  /** @type {number[]} */
  const sizes = [];
  newcomer.room.addEventListener("data", ({ detail: { data } }) => sizes.push(Buffer.byteLength(JSON.stringify(data))));
  network.settle();
  assert.equal(newcomer.ledger.entries.size, 300);
  assert.ok(sizes.length > 15 && Math.max(...sizes) <= 256 * 1024, `the largest has ${Math.max(...sizes)} bytes`);
});

test("names of an object’s own properties are topics like others", (t) => {
  const {
    network,
    members: [ann, bob],
  } = together(t, 2);
  const topics = ["__proto__", "constructor", "toString", "__proto__/polluted", "hasOwnProperty"];
  for (const topic of topics) ann.hub.publish(topic, JSON.parse('{"__proto__":{"polluted":true}}'));
  network.settle();
  assert.deepEqual(
    heard(bob.hub, "#").map(([topic]) => topic),
    topics,
  );
  assert.equal(Reflect.get({}, "polluted"), undefined);
});

/**
 * Everything that can happen to a member, by lot.
 * @param {(count: number) => number} draw
 * @param {Network} network
 * @param {Member[]} members
 */
function happen(draw, network, members) {
  const member = members[draw(members.length)];
  const other = members[draw(members.length)];
  const { hub, room } = member;
  const chance = draw(100);
  if (chance < 50) hub.publish(`topic/${draw(12)}`, draw(5) ? draw(1000) : undefined);
  else if (chance < 53) members.push(network.member());
  else if (chance < 55 && members.length > 3) network.leave(members.splice(members.indexOf(member), 1)[0]);
  else if (chance < 59 && room.state === "open") network.lose(room);
  else if (chance < 70 && room.state === "lost") network.connect(room);
  else if (chance < 74 && member !== other && !network.isCut(room, other.room)) network.cut(room, other.room);
  else if (chance < 85) network.join(room, other.room);
  else if (chance < 90) hub.compare();
  for (let steps = draw(6); steps > 0; steps -= 1) network.step();
}

test("whatever happened, all who are connected in the end hold the same, and none of what they published is lost", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const network = new Network(seed);
    const draw = lots(seed * 7919);
    const members = [network.member(), network.member()];
    for (let turn = 0; turn < 250; turn += 1) happen(draw, network, members);
    for (const { room } of members) if (room.state === "lost") network.connect(room);
    for (const one of members) for (const other of members) network.join(one.room, other.room);
    const before = members.map(({ ledger }) => new Map(ledger.entries));
    reconcile(network, members);
    for (const member of members) {
      assert.equal(member.room.people.size, members.length - 1, `seed ${seed}`);
      assert.deepEqual(stamps(member), stamps(members[0]), `seed ${seed}`);
    }
    for (const [topic, { clock }] of before.flatMap((entries) => [...entries]))
      assert.ok((members[0].ledger.entries.get(topic)?.clock ?? 0) >= clock);
    for (const { hub } of members) hub.close();
  }
});
