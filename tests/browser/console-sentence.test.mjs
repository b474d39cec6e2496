/** What the console makes of rows: the sentence, rates, and places in the picture. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Cluster } from "../../proxy/console/src/cluster.js";
import { byteRate, bytes, rate, roundTrip, span } from "../../proxy/console/src/format.js";
import { History } from "../../proxy/console/src/history.js";
import { Meter } from "../../proxy/console/src/meter.js";
import { Ring } from "../../proxy/console/src/ring.js";
import { judge } from "../../proxy/console/src/sentence.js";
import { Crowd, trouble } from "./crowd.mjs";

const NOW = Date.now();

/**
 * @param {Partial<Parameters<typeof judge>[0]>} [more]
 * @param {object} [proxy]
 */
function verdict(more = {}, proxy = {}) {
  const crowd = new Crowd({ links: 2, channels: 3, peers: 40 });
  return judge({
    ...{ feed: "live", lostSince: null, now: NOW, host: "localhost:9009" },
    ...{ proxy: { ...crowd.proxy, ...proxy }, links: crowd.links, candidates: [], slow: [] },
    ...more,
  });
}

/** @param {any[]} troubles */
const judged = (...troubles) => ({ verdict: { healthy: troubles.length === 0, troubles } });

/** @param {object} [more] */
const candidate = (more) => ({
  ...new Crowd({ links: 0, channels: 0, peers: 0, candidates: 1 }).candidates[0],
  ...more,
});

test("what is well, and what is not yet, is said as such", () => {
  assert.deepEqual(verdict(), {
    tone: "good",
    text: "All is well: linked to 2 other proxies. 40 peers in 3 channels, 20 here, 20 elsewhere.",
  });
  const alone = verdict({ links: [] }, { clients: 0, peers_elsewhere: 0 });
  assert.equal(alone.text, "No other proxy is here yet. Nobody is in a channel.");
  assert.deepEqual([alone.tone, alone.command], ["idle", "nws doctor"]);
  assert.match(verdict({ links: [] }, { link_port: null }).text, /^This proxy serves this machine alone\./);
  assert.equal(verdict({ proxy: null, feed: "connecting" }).tone, "waiting");
});

test("the worst comes first, and the rest is brief", () => {
  const slow = [{ id: "0-1", peer: "p", channel: "c", proxy: null, client: { lagging_since: NOW - 9000 } }];
  const troubles = [
    trouble("threads", 1, "1 of 2 threads does not answer.", "bad"),
    trouble("lagging", 1, "1 client reads too slowly."),
    trouble("unlinked", 1, "1 of 3 other proxies is not linked."),
  ];
  const known = { slow: /** @type {any} */ (slow), candidates: [candidate()] };
  const all = verdict(known, judged(...troubles));
  assert.deepEqual([all.tone, all.command], ["bad", "nws doctor"]);
  assert.equal(
    all.text,
    "1 of 2 threads does not answer. 1 client reads too slowly. 1 of 3 other proxies is not linked.",
  );
  const named = verdict(known, judged(...troubles.slice(1)));
  assert.equal(named.text, "p reads too slowly, for 9 s. 1 of 3 other proxies is not linked.");
});

test("what the proxy judges is said in its words, unless this page knows names", () => {
  const full = trouble("connections", 3, "3 of at most 3 connections are in use.", "bad");
  const { tone, text, todo, command } = verdict({}, judged(full));
  assert.deepEqual([tone, text, todo, command], ["bad", full.text, "Do what helps:", "nws doctor"]);
  assert.equal(verdict({}, judged(trouble("later-made", 1, "Something new."))).text, "Something new.");
  assert.equal(
    verdict({}, judged(trouble("lagging", 1, "1 client reads too slowly."))).text,
    "1 client reads too slowly.",
  );
  // The rows alone are no reason: the proxy is the only judge.
  assert.equal(verdict({ candidates: [candidate()] }).tone, "good");
});

test("each reason for which a candidate is not linked has a remedy", () => {
  const fault = judged(trouble("unlinked", 1, "1 of 3 other proxies is not linked."));
  const faults = ["refused", "unreachable", "silent", "closed", "not-a-proxy", "own", "stranger", "other-version"];
  for (const reason of [...faults, "too-many", "unresolved", "no-address"]) {
    const { tone, text, todo } = verdict({ candidates: [candidate({ reason })] }, fault);
    assert.ok(tone === "warn" && text.startsWith("host-0.example:9010 ") && todo, reason);
  }
  const site = verdict({ candidates: [candidate({ kind: "backbone", reason: "silent" })] }, fault);
  assert.match(site.todo ?? "", /reaches the broker/);
  assert.match(verdict({ candidates: [candidate({ reason: "later-made" })] }, fault).text, /is not linked: later-made/);
});

test("a proxy that is away is told, whatever it judged before", () => {
  const lost = verdict({ feed: "lost", lostSince: NOW - 61_000 });
  assert.deepEqual([lost.tone, lost.command], ["bad", "nws"]);
  assert.match(lost.text, /has not answered for 1 min\. Below is what was known then\.$/);
  assert.match(verdict({ feed: "crowded" }).text, /too many pages or programs/);
});

test("numbers are short, and what is not known is not 0", () => {
  assert.deepEqual(
    [bytes(0), bytes(999), bytes(1000), bytes(1_234_567), bytes(null)],
    ["0 B", "999 B", "1.0 KB", "1.2 MB", "–"],
  );
  assert.deepEqual(
    [rate(0), rate(0.25), rate(12.3), rate(12_345), rate(null)],
    ["0/s", "0.25/s", "12/s", "12 k/s", "–"],
  );
  assert.deepEqual(
    [byteRate(1500), roundTrip(0.123), roundTrip(12.6), roundTrip(null)],
    ["1.5 KB/s", "0.12 ms", "13 ms", "–"],
  );
  assert.deepEqual(
    [span(-5), span(59_000), span(61_000), span(3_600_000), span(90_000_000)],
    ["0 s", "59 s", "1 min", "1 h", "1 d 1 h"],
  );
});

test("rates are those of the last readings, and a gap has none", () => {
  const meter = new Meter(1);
  for (let second = 0; second < 10; second += 1) meter.read(second * 1000, [["a", [second * 5]]]);
  assert.deepEqual([meter.rates("a"), meter.rates("b")], [[5], [null]]);
  meter.read(10_000, [["a", [0]]]);
  assert.deepEqual(meter.rates("a"), [null]);
  const history = new History();
  for (let second = 1; second <= 3; second += 1) history.read(second * 1000, [second * 10, 0, 0, 0]);
  history.pause();
  assert.deepEqual(history.now, [null, null, null, null]);
  history.read(9000, [50, 0, 0, 0]);
  history.read(10_000, [60, 0, 0, 0]);
  assert.deepEqual(history.columns[1], [10, 10, null, 10]);
  history.read(700_000, [60, 0, 0, 0]);
  assert.deepEqual(
    history.columns.map((column) => column.length),
    [1, 1, 1, 1, 1],
  );
});

test("proxies stand in the order of their ids, and keep their places", () => {
  const ring = new Ring();
  const first = ring.place(["d", "b", "f", "h"]);
  assert.deepEqual([...first.keys()], ["b", "d", "f", "h"]);
  const second = ring.place(["d", "b", "c", "f", "h"]);
  for (const [id, angle] of first) assert.equal(second.get(id), angle);
  const [b, c, d] = ["b", "c", "d"].map((id) => second.get(id) ?? 0);
  assert.ok(b < c && c < d);
  assert.equal(ring.place(["b"]).get("b"), b);
  assert.equal(ring.place(["b", "c"]).get("c"), c);
  // So many between two neighbours that there is no room: then all are distributed anew.
  const many = ring.place([
    "b",
    "c",
    ...Array.from({ length: 200 }, (_, number) => `c${String(number).padStart(3, "0")}`),
  ]);
  const angles = [...many.values()].sort((one, other) => one - other);
  const gaps = angles.slice(1).map((angle, index) => angle - angles[index]);
  assert.ok(Math.min(...gaps) > 0.002, String(Math.min(...gaps)));
});

test("peers stand around their proxy, apart from each other, and a newcomer moves nobody", () => {
  const cluster = new Cluster();
  const home = { x: 100, y: 100 };
  const peers = Array.from({ length: 20 }, (_, number) => ({ id: `p${number}`, home }));
  const before = cluster.place(peers, [{ ...home, radius: 20 }], 5);
  for (const { x, y } of before.values()) {
    const far = Math.hypot(x - home.x, y - home.y);
    assert.ok(far > 15 && far < 80, String(far));
  }
  const now = cluster.place([...peers, { id: "new", home }], [{ ...home, radius: 20 }], 5);
  for (const [id, place] of before) assert.deepEqual(now.get(id), place);
  assert.equal(cluster.place(peers.slice(1), [], 5).size, 19);
});
