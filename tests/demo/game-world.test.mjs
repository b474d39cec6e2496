/** The game's world without a page: many replicas, any order of messages, cuts, comings and leavings, hostile players. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { next, winner } from "../../demo/game/epoch.js";
import { SEATS, TICKS_PER_SECOND, WATCHING } from "../../demo/game/field.js";
import { encodeClaims, encodeSnapshot } from "../../demo/game/wire.js";
import { dice, Net } from "./game-net.mjs";

/**
 * @import { Claims } from "../../demo/game/claims.js"
 * @import { Session } from "../../demo/game/session.js"
 */

const RUNS = 60;
const TICKS = 240;
const STILL = { dx: 0, dy: 0 };

/** @param {Pick<Session, "world">} session */
const holders = ({ world }) =>
  world.holdings.map((holding) => (holding ? `${holding.id} ${holding.epoch} ${holding.inTail}` : "nobody"));
/** @param {Pick<Session, "world">} session */
const players = ({ world }) => [...world.players].sort();

/**
 * Who has heard the same says the same.
 * @param {Net} net
 * @param {string} when
 */
function assertSame(net, when) {
  const [first, ...rest] = [...net.sessions.values()];
  for (const session of rest) {
    assert.deepEqual(
      holders(session),
      holders(first),
      `${when}: ${session.world.id} and ${first.world.id} differ in who holds what`,
    );
    assert.deepEqual(
      players(session),
      players(first),
      `${when}: ${session.world.id} and ${first.world.id} differ in who plays`,
    );
  }
}

/**
 * Nobody moves, everything arrives, as often as it takes for all to have had a say.
 * @param {Net} net
 */
function settle(net) {
  for (let tick = 0; tick < 70; tick += 1) {
    net.tick(() => STILL);
    net.deliver();
  }
}

/**
 * @param {Net} net
 * @param {string} when
 */
function assertSettled(net, when) {
  assertSame(net, when);
  for (const session of net.sessions.values()) {
    const { own, id, holdings } = session.world;
    for (const { number } of [...own.tail, ...own.drift])
      assert.equal(holdings[number]?.id, id, `${when}: ${id} claims what it does not hold`);
    assert.ok(holdings.every(Boolean), `${when}: a star belongs to nobody`);
    assert.equal(session.views.differed, 0);
  }
}

/**
 * A life of comings, leavings, cuts and flights.
 * @param {Net} net
 * @param {ReturnType<typeof dice>} random
 */
function live(net, random) {
  let born = 0;
  const join = () => net.join(`${random.below(1e6).toString(36)}-${born++}`);
  for (let count = 2 + random.below(4); count > 0; count -= 1) join();
  for (let tick = 0; tick < TICKS; tick += 1) {
    const chance = random.roll();
    if (chance < 0.02 && net.sessions.size < 10 && !net.isCut) join();
    else if (chance < 0.035 && net.sessions.size > 2) net.leave(random.pick([...net.sessions.keys()]));
    else if (chance < 0.045 && net.sessions.size > 2) net.leave([...net.sessions.keys()].sort()[0]);
    else if (chance < 0.055 && !net.isCut) net.cut();
    else if (chance < 0.1 && net.isCut) net.heal();
    net.tick();
  }
  if (net.isCut) net.heal();
}

test("replicas that have heard the same agree, whatever order, cuts and leavings there were", () => {
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const net = new Net(seed);
    live(net, dice(seed * 7919));
    net.deliver();
    settle(net);
    assertSettled(net, `seed ${seed}`);
  }
});

test("while all are there and no word is under way, they agree at every tick", () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const net = new Net(seed);
    for (const id of ["c", "a", "d", "b"]) net.join(id);
    net.deliver();
    for (let tick = 0; tick < TICKS; tick += 1) {
      net.tick();
      net.deliver();
      assertSame(net, `seed ${seed}, tick ${tick}`);
    }
    assert.ok(
      [...net.sessions.values()].some(({ world }) => world.own.tail.length > 0),
      "nobody has caught a star",
    );
  }
});

test("of two that take a star at once the lower id has it, on all sides", () => {
  const net = started("a", "b", "c");
  const [a, b, c] = net.sessions.values();
  const number = 0;
  for (const session of [b, c]) claim(session, { tail: [{ ...a.world.star(number), epoch: 1 }] }, net);
  net.deliver();
  for (const session of [a, b, c]) assert.equal(session.world.holdings[number]?.id, "b");
});

test("no epoch is out of reach: whatever somebody claims, the next one passes it", () => {
  for (const epoch of [1, 1000, 32_767, 32_768, 65_534, 65_535]) {
    const net = started("a", "b", "h");
    const [a, b, hostile] = net.sessions.values();
    claim(hostile, { tail: [{ ...a.world.star(4), epoch }] }, net);
    net.deliver();
    assert.equal(b.world.holdings[4]?.id, "h", `epoch ${epoch}`);
    claim(b, { tail: [{ ...a.world.star(4), epoch: next(epoch) }] }, net);
    net.deliver();
    for (const { world } of [a, b]) assert.equal(world.holdings[4]?.id, "b", `epoch ${epoch}`);
    net.leave("b");
    net.leave("h");
    settle(net);
    assert.equal(a.world.holdings[4]?.id, "a");
    assert.ok(a.world.holdings[4]);
    assert.ok(a.world.holdings[4].epoch >= 1);
  }
});

test("claims that pass each other in a circle have one winner, in whatever order they are heard", () => {
  const claims = [
    { id: "b", epoch: 1 },
    { id: "c", epoch: 30_000 },
    { id: "a", epoch: 60_000 },
  ];
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  for (const order of orders) assert.equal(winner(order.map((place) => claims[place]))?.id, "a");
});

test("a newcomer with the lowest id takes nothing from anybody", () => {
  const net = started("m", "n");
  for (let tick = 0; tick < 120; tick += 1) {
    net.tick();
    net.deliver();
  }
  const before = tails(net);
  assert.ok([...before.values()].some(({ length }) => length > 0));
  net.join("a");
  settle(net);
  const after = tails(net);
  for (const id of ["m", "n"])
    for (const star of before.get(id) ?? [])
      assert.ok([...after.values()].flat().includes(star), `${star} has left all tails`);
  assertSettled(net, "with the newcomer");
});

test("the lowest id greets a newcomer, who knows everybody before they have spoken", () => {
  const net = started("b", "c");
  net.tick();
  net.deliver();
  const newcomer = net.join("a");
  net.deliver();
  const known = net.session("b").world;
  assert.deepEqual(holders(newcomer), holders({ world: known }));
  assert.deepEqual(players(newcomer), players({ world: known }));
});

test("a forged snapshot lasts until those whom it is about speak", () => {
  const net = started("b", "c", "h");
  const newcomer = net.join("z");
  net.deliver();
  const lie = {
    ...net.session("b").world.own,
    seq: 0xffffffff,
    tail: [{ number: 3, epoch: 9, x: 1, y: 1, vx: 0, vy: 0 }],
    drift: [],
  };
  newcomer.hear(
    "h",
    encodeSnapshot([
      { id: "b", claims: lie },
      { id: "z", claims: lie },
      { id: "nobody", claims: lie },
    ]),
    true,
  );
  assert.deepEqual(newcomer.world.own.tail, []);
  settle(net);
  assertSettled(net, "after the lie");
  newcomer.hear("h", encodeSnapshot([{ id: "b", claims: lie }]), true);
  assertSettled(net, "a lie about somebody who has spoken");
});

test("what a player leaves is adopted at the next tick, also what the lowest id leaves", () => {
  const net = started("a", "b", "c");
  claim(net.session("a"), { tail: [{ ...net.session("a").world.star(7), epoch: 5 }] }, net);
  net.deliver();
  net.leave("a");
  net.deliver();
  assert.equal(net.session("c").world.holdings[7], undefined);
  net.tick(() => STILL);
  net.deliver();
  for (const { world } of net.sessions.values())
    assert.deepEqual([world.holdings[7]?.id, world.holdings[7]?.epoch], ["b", 6]);
});

test("who lost its connection and comes back before others adopted keeps its tail", () => {
  const net = started("a", "b");
  const [a, b] = net.sessions.values();
  claim(b, { tail: [{ ...a.world.star(7), epoch: 5 }] }, net);
  net.deliver();
  for (const id of ["a", "b"]) net.leave(id);
  net.join("q", a);
  net.join("p", b);
  settle(net);
  assertSettled(net, "after the restart");
  assert.equal(net.session("p").world.own.tail.length, 1);
});

test("what somebody held waits some seconds for its return after a loss, and is adopted then", () => {
  for (const [seconds, isKept] of /** @type {[number, boolean][]} */ ([
    [5, true],
    [7, false],
  ])) {
    const net = started("a", "b");
    const [a, b] = net.sessions.values();
    claim(b, { tail: [{ ...a.world.star(7), epoch: 5 }] }, net);
    net.deliver();
    settle(net);
    const held = b.world.holdings[7];
    for (const id of ["a", "b"]) net.leave(id);
    net.join("q", a);
    for (let tick = 0; tick < seconds * TICKS_PER_SECOND; tick += 1) net.tick(() => STILL);
    const late = net.join("p", b);
    settle(net);
    assertSettled(net, "after the return");
    assert.equal(late.world.holdings[7]?.epoch === held?.epoch, isKept, `after ${seconds} seconds`);
  }
});

test("who comes back to a seat that is taken keeps its tail, once, and goes on", () => {
  const net = started("a", "b");
  const [a, b] = net.sessions.values();
  const { comet } = b.world.own;
  claim(b, { tail: [7, 8, 9].map((number) => ({ ...a.world.star(number), x: comet.x, y: comet.y, epoch: 5 })) }, net);
  net.deliver();
  for (const id of ["a", "b"]) net.leave(id);
  const far = { ...a.world.own.comet, x: 3000, y: 3000 };
  Object.assign(a.world.own, { seat: b.world.own.seat, turn: b.world.own.turn, comet: far });
  net.join("p", a);
  const back = net.join("q", b);
  net.tick(() => STILL);
  net.deliver();
  assert.notEqual(back.world.players.get(back.world.own.seat), "q");
  settle(net);
  assertSettled(net, "with its tail");
  const kept = back.world.own.tail.filter(({ number }) => [7, 8, 9].includes(number));
  assert.deepEqual(
    kept.map(({ number, epoch }) => [number, epoch]),
    [
      [7, 5],
      [8, 5],
      [9, 5],
    ],
  );
});

test("eight play, a ninth watches, and plays as soon as one has left", () => {
  const net = started(..."abcdefgh");
  settle(net);
  net.join("0");
  settle(net);
  const ninth = net.session("0");
  assert.equal(ninth.world.own.seat, WATCHING);
  for (const session of net.sessions.values()) assert.equal(session.world.players.size, SEATS);
  assertSettled(net, "with nine");
  net.leave("d");
  settle(net);
  assert.notEqual(ninth.world.own.seat, WATCHING);
  assertSettled(net, "with eight");
});

test("of two in one seat the one who was there first stays", () => {
  const net = started("m");
  settle(net);
  const [m] = net.sessions.values();
  const late = net.join("a");
  net.deliver();
  claim(late, { seat: m.world.own.seat, turn: m.world.own.turn + 1 }, net);
  net.deliver();
  assert.equal(m.world.players.get(m.world.own.seat), "m");
  settle(net);
  assert.notEqual(late.world.own.seat, m.world.own.seat);
  assert.equal(m.world.players.size, 2);
});

test("older claims, claims of strangers and messages in the wrong way have no effect", () => {
  const net = started("a", "b");
  const [a, b] = net.sessions.values();
  const before = holders(a);
  const claims = { ...b.world.own, tail: [{ number: 1, epoch: 40, x: 5, y: 5, vx: 0, vy: 0 }], drift: [] };
  a.hear("b", encodeClaims({ ...claims, seq: b.world.own.seq }), false);
  a.hear("b", encodeClaims({ ...claims, seq: 1 }), false);
  a.hear("b", encodeClaims({ ...claims, seq: 1e6 }), true);
  a.hear("nobody", encodeClaims({ ...claims, seq: 1e6 }), false);
  a.hear("a", encodeClaims({ ...claims, seq: 1e6 }), false);
  a.hear("b", encodeSnapshot([{ id: "b", claims: { ...claims, seq: 1e6 } }]), false);
  a.hear("b", "text", false);
  a.hear("b", new ArrayBuffer(3), true);
  assert.deepEqual(holders(a), before);
});

test("where somebody decodes other numbers, both sides and all others know", () => {
  const net = started("a", "b", "c");
  const [a, , c] = net.sessions.values();
  const note = c.views.note.bind(c.views);
  c.views.note = (owner, claims) => note(owner, owner === "a" ? { ...claims, turn: 999 } : claims);
  settle(net);
  assert.ok(a.views.differences.some(({ by, owner }) => by === "c" && owner === "a"));
  assert.ok(c.views.differences.some(({ by, owner }) => by === "b" && owner === "a"));
  assert.equal(net.session("b").views.differences.length, 1);
  c.views.note = note;
  settle(net);
  assert.deepEqual(a.views.differences, []);
  assert.ok(a.views.differed > 0);
});

/**
 * People who have looked round and sit.
 * @param {string[]} ids
 */
function started(...ids) {
  const net = new Net(5);
  for (const id of ids) net.join(id);
  settle(net);
  return net;
}

/**
 * Says something in the name of a session, beside what it does itself, and lets it decide anew.
 * @param {Session} session
 * @param {Partial<Claims>} more
 * @param {Net} net
 */
function claim({ world }, more, net) {
  const { own } = world;
  const numbers = (more.tail ?? []).map(({ number }) => number);
  const drift = own.drift.filter(({ number }) => !numbers.includes(number));
  net.say(world.id, encodeClaims(Object.assign(own, { seq: own.seq + 1, drift }, more)));
  world.hearSnapshot([]);
}

/** @param {Net} net */
const tails = (net) =>
  new Map([...net.sessions].map(([id, { world }]) => [id, world.own.tail.map(({ number }) => number)]));
