/** The game's world without a page: many replicas, any order of messages, cuts, comings and leavings, hostile players. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SEATS, STARS, WATCHING } from '../../demo/game/field.js';
import { dice, Net } from './game-net.mjs';

const RUNS = 60;
const TICKS = 240;
const STILL = { dx: 0, dy: 0 };

const holders = ({ world }) => world.holdings.map((holding) => (holding ? `${holding.id} ${holding.epoch} ${holding.inTail}` : 'nobody'));
const players = ({ world }) => [...world.players].sort();

/** Who has heard the same says the same. */
function assertSame(net, when) {
  const [first, ...rest] = [...net.sessions.values()];
  for (const session of rest) {
    assert.deepEqual(holders(session), holders(first), `${when}: ${session.world.id} and ${first.world.id} differ in who holds what`);
    assert.deepEqual(players(session), players(first), `${when}: ${session.world.id} and ${first.world.id} differ in who plays`);
  }
}

/** Nobody moves, everything arrives, as often as it takes for all to have had a say. */
function settle(net) {
  for (let tick = 0; tick < 70; tick += 1) {
    net.tick(() => STILL);
    net.deliver();
  }
}

function assertSettled(net, when) {
  assertSame(net, when);
  for (const session of net.sessions.values()) {
    const { own, id, holdings } = session.world;
    for (const { number } of [...own.tail, ...own.drift]) assert.equal(holdings[number].id, id, `${when}: ${id} claims what it does not hold`);
    assert.ok(holdings.every(Boolean), `${when}: a star belongs to nobody`);
    assert.equal(session.views.differed, 0);
  }
}

/** A life of comings, leavings, cuts and flights. */
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

test('replicas that have heard the same agree, whatever order, cuts and leavings there were', () => {
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const net = new Net(seed);
    live(net, dice(seed * 7919));
    net.deliver();
    settle(net);
    assertSettled(net, `seed ${seed}`);
  }
});

test('while all are there and no word is under way, they agree at every tick', () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const net = new Net(seed);
    for (const id of ['c', 'a', 'd', 'b']) net.join(id);
    net.deliver();
    for (let tick = 0; tick < TICKS; tick += 1) {
      net.tick();
      net.deliver();
      assertSame(net, `seed ${seed}, tick ${tick}`);
    }
    assert.ok([...net.sessions.values()].some(({ world }) => world.own.tail.length > 0), 'nobody has caught a star');
  }
});
