/** What a conference says of its connections: numbers from the browsers' reports, who speaks, and why nothing flows. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { encodePresence, presenceOf } from "../../demo/webrtc/presence.js";
import { diagnose, diagnoseSilence, PATIENCE_MS } from "../../demo/webrtc/health.js";
import { Quiet } from "../../demo/webrtc/quiet.js";
import { Speaking } from "../../demo/webrtc/speaking.js";
import { describePath, measure } from "../../demo/webrtc/statistics.js";

/**
 * @import { Entry } from "../../demo/webrtc/statistics.js"
 * @import { Presence } from "../../demo/webrtc/presence.js"
 * @import { Facts } from "../../demo/webrtc/health.js"
 */

const OWN = {
  id: "L",
  timestamp: 0,
  type: "local-candidate",
  address: "10.77.0.1",
  port: 40000,
  candidateType: "host",
  protocol: "udp",
};
const THEIRS = {
  id: "R",
  timestamp: 0,
  type: "remote-candidate",
  address: "fd00::2",
  port: 50000,
  candidateType: "prflx",
};

/**
 * @param {{at: number, received?: number, sent?: number, packets?: number, lost?: number, pair?:
 *   Partial<Entry>, chromium?: boolean}} told
 * @returns {Entry[]}
 */
function report({ at, received = 0, sent = 0, packets = 0, lost = 0, pair = {}, chromium = true }) {
  return [
    ...(chromium ? [{ id: "T", timestamp: 0, type: "transport", selectedCandidatePairId: "P" }] : []),
    { id: "Q", type: "candidate-pair", timestamp: at, bytesReceived: 999_999 },
    {
      id: "P",
      type: "candidate-pair",
      timestamp: at,
      localCandidateId: "L",
      remoteCandidateId: "R",
      bytesReceived: received,
      bytesSent: sent,
      ...(chromium ? {} : { selected: true }),
      ...pair,
    },
    {
      id: "V",
      timestamp: at,
      type: "inbound-rtp",
      kind: "video",
      bytesReceived: received,
      framesDecoded: 30,
      frameWidth: 320,
      frameHeight: 240,
      framesPerSecond: 15,
      packetsReceived: packets,
      packetsLost: lost,
    },
    {
      id: "A",
      timestamp: at,
      type: "inbound-rtp",
      kind: "audio",
      bytesReceived: 50,
      packetsReceived: 0,
      packetsLost: 0,
    },
    OWN,
    THEIRS,
  ];
}

for (const chromium of [true, false]) {
  test(`rates, loss, round trip and path come from two reports, as ${chromium ? "Chromium" : "Firefox"} writes them`, () => {
    const pair = chromium ? { currentRoundTripTime: 0.012 } : { totalRoundTripTime: 0.12, responsesReceived: 10 };
    const first = measure(report({ at: 1000, received: 1000, sent: 500, packets: 10, pair, chromium }));
    assert.deepEqual([first.received, first.sent, first.loss], [null, null, null]);
    const second = measure(
      report({ at: 3000, received: 26_000, sent: 3000, packets: 100, lost: 10, pair, chromium }),
      first,
    );
    assert.equal(second.received, 100);
    assert.equal(second.sent, 10);
    assert.equal(second.loss, 10);
    assert.equal(Math.round(second.roundTrip ?? 0), 12);
    assert.deepEqual(second.picture, { width: 320, height: 240, rate: 15 });
    assert.equal(second.totals.frames, 30);
    assert.equal(describePath(second), "Directly by UDP, from 10.77.0.1:40000 (host) to [fd00::2]:50000 (prflx).");
  });
}

test("packets that come after they were counted as lost are no negative loss, and a clock that stands gives no rate", () => {
  const first = measure(report({ at: 1000, received: 100, packets: 10, lost: 5 }));
  assert.equal(measure(report({ at: 2000, received: 200, packets: 20, lost: 3 }), first).loss, 0);
  assert.equal(measure(report({ at: 1000, received: 200 }), first).received, null);
});

test("a connection that does not stand has no numbers", () => {
  const nothing = measure([]);
  assert.deepEqual(
    [nothing.roundTrip, nothing.received, nothing.loss, nothing.picture, nothing.path],
    [null, null, null, null, null],
  );
  assert.equal(describePath(nothing), "Nothing carries it yet.");
  assert.match(
    describePath(measure([{ id: "P", timestamp: 0, type: "candidate-pair", selected: true }])),
    /a hidden address/,
  );
});

const HIDDEN = "18e6188d-bec7-4e9f-9e0f-9957f7840953.local:57851 udp";
const OPEN = "10.77.0.1:40588 udp";

/**
 * @param {Partial<Facts> & {own?: string[], theirs?: string[]}} [given]
 * @returns {Facts}
 */
function facts({ own = [OPEN], theirs = [OPEN], ...rest } = {}) {
  return {
    name: "Bob",
    waited: PATIENCE_MS,
    isConnected: false,
    wasConnected: false,
    isHeard: true,
    hasDevices: true,
    refusal: "",
    addresses: { own: new Set(own), theirs: new Set(theirs) },
    ...rest,
  };
}

test("while it is too early to tell, or all is well, nothing is said", () => {
  assert.equal(diagnose(facts({ waited: PATIENCE_MS - 1 })), null);
  assert.equal(diagnose(facts({ isConnected: true })), null);
  assert.equal(diagnoseSilence({ name: "Bob", quiet: { sound: PATIENCE_MS - 1, picture: 0 } }), "");
});

/** @type {[what: string, given: Parameters<typeof facts>[0], text: RegExp][]} */
const TROUBLES = [
  ["the other page does not answer", { isHeard: false }, /Bob does not answer.*reload/],
  [
    "this browser hides its addresses altogether",
    { own: [], hasDevices: false },
    /This browser tells no address.*Switch on/,
  ],
  ["this machine has no network", { own: [] }, /Is it in a network\?/],
  ["the other browser hides its addresses altogether", { theirs: [] }, /browser of Bob tells no address.*one of you/],
  ["both browsers tell names only", { own: [HIDDEN], theirs: [HIDDEN] }, /\.local.*5353/],
  ["packets are dropped", {}, /No packet gets through.*firewall.*guest network/i],
  ["one side tells a name only, and packets are dropped", { theirs: [HIDDEN] }, /No packet gets through/],
  ["the connection broke", { wasConnected: true }, /was interrupted.*network on both/],
  ["the browser refuses what comes", { refusal: "Bad SDP." }, /refuses what Bob sends: Bad SDP\./],
];
for (const [what, given, text] of TROUBLES) {
  test(`when ${what}, the page says so and what to do`, () => assert.match(diagnose(facts(given))?.text ?? "", text));
}

test("what was tried is told", () => {
  assert.deepEqual(diagnose(facts({ theirs: [HIDDEN] }))?.tried, [`here ${OPEN}`, `there ${HIDDEN}`]);
});

test("what is announced and does not come is quiet from then on, and what is not announced never is", () => {
  const quiet = new Quiet();
  const totals = { soundBytes: 10, pictureBytes: 10 };
  quiet.observe({ sound: true, picture: "camera" }, totals, 1000);
  quiet.observe({ sound: true, picture: "camera" }, { ...totals, soundBytes: 20 }, 6000);
  assert.deepEqual(quiet.since(11_000), { sound: 5000, picture: 10_000 });
  assert.match(diagnoseSilence({ name: "Bob", quiet: quiet.since(11_000) }), /No picture arrives/);
  quiet.observe({ sound: true, picture: "" }, totals, 12_000);
  assert.deepEqual(quiet.since(30_000).picture, 0);
  assert.match(diagnoseSilence({ name: "Bob", quiet: quiet.since(30_000) }), /No sound arrives/);
  quiet.observe({ sound: false, picture: "screen" }, totals, 31_000);
  assert.deepEqual(quiet.since(90_000), { sound: 0, picture: 0 });
});

test("who speaks is marked at once, and until a pause is longer than one between words", () => {
  const speaking = new Speaking();
  assert.equal(speaking.hear(0.001, 0), false);
  assert.equal(speaking.hear(0.3, 200), true);
  assert.equal(speaking.hear(0, 600), true);
  assert.equal(speaking.hear(0, 1000), false);
  assert.equal(speaking.hear(undefined, 1200), false);
  assert.equal(speaking.hear(NaN, 1400), false);
});

test("what a person has switched on is read from whatever the hello says", () => {
  /** @type {Presence} */
  const presence = { sound: true, picture: "screen" };
  assert.deepEqual(presenceOf({ extra: encodePresence(presence) }), presence);
  assert.deepEqual(presenceOf({ extra: { sound: "yes", picture: "<img>" } }), { sound: false, picture: "" });
  assert.deepEqual(presenceOf({ extra: {} }), { sound: false, picture: "" });
});
