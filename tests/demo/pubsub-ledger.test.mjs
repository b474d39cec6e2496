/** The ledger of publish/subscribe by itself: what it keeps, and its fingerprint. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Ledger, TOPICS_AT_MOST } from "../../demo/pubsub/ledger.js";
import { lots } from "./pubsub-network.mjs";

/** @param {Ledger} ledger */
const stamps = (ledger) => [...ledger.entries.values()].map((entry) => JSON.stringify(entry)).sort();

test("of more topics than it keeps the newest stay, in whatever order they come", () => {
  const draw = lots(9);
  const entries = Array.from({ length: TOPICS_AT_MOST + 500 }, (_, number) => ({
    topic: `t/${number % (TOPICS_AT_MOST + 300)}`,
    clock: number + 1,
    by: "a",
    value: number,
  }));
  const ledgers = Array.from({ length: 3 }, () => {
    const ledger = new Ledger();
    const shuffled = entries
      .map((entry) => ({ place: draw(1e9), entry }))
      .sort((one, other) => one.place - other.place);
    for (const { entry } of shuffled) ledger.merge(entry);
    return ledger;
  });
  for (const ledger of ledgers) {
    assert.equal(ledger.entries.size, TOPICS_AT_MOST);
    assert.deepEqual(stamps(ledger), stamps(ledgers[0]));
    assert.ok(ledger.entries.has(entries[entries.length - 1].topic) && ledger.dropped > 0);
  }
});

test("many entries at once leave the same as one after the other", () => {
  const draw = lots(4);
  const entries = Array.from({ length: TOPICS_AT_MOST + 700 }, (_, number) => ({
    topic: `t/${draw(TOPICS_AT_MOST + 400)}`,
    clock: 1 + draw(5000),
    by: "a",
    value: number,
  }));
  const [one, other] = [new Ledger(), new Ledger()];
  for (const entry of entries) one.merge(entry);
  const kept = other.mergeAll(entries);
  assert.deepEqual(stamps(other), stamps(one));
  assert.ok(kept.every((entry) => other.entries.get(entry.topic) === entry));
});

test("the fingerprint of a ledger is that of what it holds, and an entry is written for it once", () => {
  let written = 0;
  const value = {
    toJSON() {
      written += 1;
      return `written ${written}`;
    },
  };
  const ledger = new Ledger();
  ledger.merge({ topic: "a", clock: 1, by: "a", value });
  const sum = ledger.sum(5);
  assert.deepEqual([ledger.sum(5), written], [sum, 1]);
  ledger.merge({ topic: "a", clock: 2, by: "a", value: 1 });
  assert.notEqual(ledger.sum(5), sum);
});
