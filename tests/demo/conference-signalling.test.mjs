/** How two pages of a conference agree: the wire, perfect negotiation in all orders of events, and links that begin anew. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Emitter } from "../../demo/shared/events.js";
import { addressesOf, isHidden } from "../../demo/webrtc/addresses.js";
import { Call, VERSION } from "../../demo/webrtc/call.js";
import { Link } from "../../demo/webrtc/link.js";
import { Negotiation } from "../../demo/webrtc/negotiation.js";
import { ATTEMPTS_AT_MOST, decodeSignal, encodeSignal } from "../../demo/webrtc/signal.js";
import { dice, FakeConnection, until, wire } from "./conference-connection.mjs";

/**
 * @import { SignalContent } from "../../demo/webrtc/signal.js"
 * @import { Roll } from "./conference-connection.mjs"
 */

const DEADLINE = { timeout: 30_000 };

test("a signal is read as it was written", () => {
  /** @type {RTCSessionDescriptionInit} */
  const description = { type: "offer", sdp: "v=0\r\n" };
  assert.deepEqual(decodeSignal(encodeSignal(3, { description })), { attempt: 3, description });
  const candidate = {
    candidate: "candidate:1 1 udp 1 10.0.0.1 5 typ host",
    sdpMid: "0",
    sdpMLineIndex: 0,
    usernameFragment: "abcd",
  };
  assert.deepEqual(decodeSignal(encodeSignal(1, { candidate })), { attempt: 1, candidate });
  assert.deepEqual(decodeSignal(encodeSignal(1, { candidate: null })), { attempt: 1, candidate: null });
  assert.deepEqual(decodeSignal(encodeSignal(2, {})), { attempt: 2 });
});

/** @param {object} fields */
const text = (fields) => JSON.stringify({ type: "signal", attempt: 1, ...fields });
const HOSTILE = {
  "no JSON": '{"type":"signal"',
  null: 'null "signal"',
  bytes: new ArrayBuffer(8),
  "another type": JSON.stringify({ type: "say", text: '"signal"' }),
  "attempt 0": text({ attempt: 0, candidate: null }),
  "an attempt that is a text": text({ attempt: "1", candidate: null }),
  "an attempt beyond all": text({ attempt: ATTEMPTS_AT_MOST + 1, candidate: null }),
  "half an attempt": text({ attempt: 1.5, candidate: null }),
  "a rollback": text({ description: { type: "rollback", sdp: "" } }),
  "a provisional answer": text({ description: { type: "pranswer", sdp: "v=0" } }),
  "a description that is a list": text({ description: ["offer", "v=0"] }),
  "an sdp that is a number": text({ description: { type: "offer", sdp: 7 } }),
  "an endless sdp": text({ description: { type: "offer", sdp: "a".repeat(100_001) } }),
  "a thousand media": text({ description: { type: "offer", sdp: "m=audio 9 X 0\r\n".repeat(1000) } }),
  "a candidate that is a text": text({ candidate: "candidate:1" }),
  "an endless candidate": text({ candidate: { candidate: "c".repeat(1001) } }),
  "a medium below zero": text({ candidate: { candidate: "c", sdpMLineIndex: -1 } }),
  "a medium beyond all": text({ candidate: { candidate: "c", sdpMLineIndex: 65_535 } }),
  "a mid that is an object": text({ candidate: { candidate: "c", sdpMid: {} } }),
};

for (const [what, data] of Object.entries(HOSTILE)) {
  test(`a signal with ${what} is none`, () => assert.equal(decodeSignal(data), null));
}

test("fields that a signal does not have are not passed to the browser", () => {
  const said = decodeSignal(text({ description: { type: "offer", sdp: "v=0", extra: 1 }, source: "forged" }));
  assert.deepEqual(said, { attempt: 1, description: { type: "offer", sdp: "v=0" } });
});

test("addresses are read from candidates and descriptions, and names instead of addresses are known", () => {
  const line = "candidate:1 1 udp 2122260223 10.77.0.1 40588 typ host generation 0";
  assert.deepEqual(addressesOf({ candidate: { candidate: line } }), ["10.77.0.1:40588 udp"]);
  assert.deepEqual(addressesOf({ description: { sdp: `v=0\r\na=${line}\r\na=mid:0\r\n` } }), ["10.77.0.1:40588 udp"]);
  assert.deepEqual(addressesOf({ candidate: { candidate: "candidate:1 1 udp 1 fd00::2 7 typ srflx" } }), [
    "[fd00::2]:7 udp (srflx)",
  ]);
  assert.deepEqual(
    addressesOf({ candidate: { candidate: "candidate:2 1 tcp 1 10.0.0.1 9 typ host tcptype active" } }),
    [],
  );
  assert.deepEqual(addressesOf({ candidate: { candidate: "<b>nonsense</b>" } }), []);
  for (const endless of [
    `1 udp 1 ${"a".repeat(81)} 7 typ host`,
    `1 ${"u".repeat(17)} 1 10.0.0.1 7 typ host`,
    `1 udp 1 10.0.0.1 7 typ ${"h".repeat(17)}`,
  ]) {
    assert.deepEqual(addressesOf({ candidate: { candidate: `candidate:1 ${endless}` } }), []);
  }
  assert.equal(isHidden("18e6188d-bec7-4e9f-9e0f-9957f7840953.local:57851 udp"), true);
  assert.equal(isHidden("10.77.0.1:40588 udp"), false);
});

/** One of the two who negotiate. */
class Side {
  /** What went wrong. @type {unknown[]} */
  complaints = [];

  /**
   * @param {string} name
   * @param {Roll} roll
   * @param {(content: SignalContent) => void} send
   */
  constructor(name, roll, send) {
    this.connection = new FakeConnection(name, roll);
    this.negotiation = new Negotiation(this.connection.asReal, {
      isPolite: name === "polite",
      send,
      onFault: (error) => this.complaints.push(error),
    });
  }
}

/**
 * Two sides with a wire between them.
 * @param {number} seed
 */
function pair(seed) {
  const roll = dice(seed);
  /** @type {Side[]} */
  const sides = [];
  for (const [index, name] of ["polite", "impolite"].entries()) {
    /** @param {SignalContent} content */
    const deliver = (content) => sides[1 - index].negotiation.receive(content);
    sides.push(new Side(name, roll, wire(roll, deliver)));
  }
  return { roll, sides };
}

/** @param {{connection: {signalingState: string, wanted: number, agreed: number}}} side */
const isAgreed = ({ connection }) => connection.signalingState === "stable" && connection.wanted === connection.agreed;

test(
  "whenever the two sides want to negotiate, and however late signals come, both get what they want, without a fault",
  DEADLINE,
  async () => {
    let collisions = 0;
    for (let seed = 1; seed <= 300; seed += 1) {
      const { roll, sides } = pair(seed);
      sides[1].connection.need();
      for (let count = 0; count < 5; count += 1) {
        for (const { connection } of sides) if (roll(3)) connection.need();
        for (let turn = roll(12); turn > 0; turn -= 1) await new Promise(setImmediate);
      }
      await until(() => sides.every(isAgreed));
      assert.deepEqual(
        sides.map(({ complaints }) => complaints),
        [[], []],
        `seed ${seed}`,
      );
      collisions += sides[1].negotiation.collisions;
    }
    assert.ok(collisions > 100, `both offered at once ${collisions} times: too few to prove anything`);
  },
);

test(
  "an answer that nobody asked for and a candidate that fits nothing are faults, and nothing more",
  DEADLINE,
  async () => {
    const {
      sides: [one, other],
    } = pair(7);
    await one.negotiation.receive({ description: { type: "answer", sdp: "answer to nothing" } });
    await one.negotiation.receive({ candidate: { candidate: "of nothing" } });
    assert.equal(one.negotiation.faults, 2);
    one.connection.need();
    other.connection.need();
    await until(() => isAgreed(one) && isAgreed(other));
    assert.equal(one.negotiation.faults, 2);
    assert.equal(other.negotiation.faults, 0);
  },
);

test("a peer that sends faster than it can be served is not kept waiting for", async () => {
  const connection = new FakeConnection("slow", () => 0);
  connection.addIceCandidate = () => new Promise(() => {});
  const negotiation = new Negotiation(connection.asReal, { isPolite: true, send() {} });
  for (let count = 0; count < 1000; count += 1) negotiation.receive({ candidate: null });
  assert.equal(negotiation.faults, 800);
});

/**
 * Two links, as two pages have them, with each connection that they have made.
 * @param {number} seed
 */
function links(seed) {
  const roll = dice(seed);
  /** @type {{link: Link, opened: FakeConnection[]}[]} */
  const sides = [];
  for (const [index, isPolite] of [true, false].entries()) {
    /** @param {string} data */
    const deliver = (data) => {
      const signal = decodeSignal(data);
      if (signal) sides[1 - index].link.receive(signal);
    };
    /** @type {FakeConnection[]} */
    const opened = [];
    const open = () => {
      const connection = new FakeConnection(isPolite ? "polite" : "impolite", roll);
      opened.push(connection);
      return connection.asReal;
    };
    const send = wire(roll, deliver);
    sides.push({ link: new Link({ isPolite, send, sent: { audio: null, video: null }, open }), opened });
  }
  return sides;
}

/** @param {{link: Link, opened: FakeConnection[]}} side */
const isSettled = ({ link, opened }) => {
  const connection = opened.at(-1);
  return connection !== undefined && link.connection === connection.asReal && isAgreed({ connection });
};

/** Stands in for a track, of which a link reads nothing else. @param {string} kind */
const track = (kind) => /** @type {MediaStreamTrack} */ ({ kind });

test(
  "whoever begins anew takes the other side along, also when both do, and nothing of the former connection gets in",
  DEADLINE,
  async () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const roll = dice(seed);
      const sides = links(seed);
      for (let count = 0; count < 4; count += 1) {
        for (const { link } of sides) if (roll(2)) link.renew();
        for (let turn = roll(10); turn > 0; turn -= 1) await new Promise(setImmediate);
      }
      await until(() => sides.every(isSettled) && sides[0].link.attempt === sides[1].link.attempt);
      assert.deepEqual(
        sides.map(({ link }) => [link.negotiation.faults, link.refusal]),
        [
          [0, ""],
          [0, ""],
        ],
        `seed ${seed}`,
      );
      for (const { link, opened } of sides) {
        for (const former of opened.slice(0, -1)) assert.equal(former.signalingState, "closed");
        assert.ok(opened.length <= link.attempt);
      }
    }
  },
);

test("a track of a kind that has been sent before replaces it, and only the first one is negotiated", async () => {
  const [
    {
      link,
      opened: [connection],
    },
  ] = links(1);
  const before = connection.wanted;
  const [camera, screen] = [track("video"), track("video")];
  link.carry("video", camera);
  assert.equal(connection.wanted, before + 1);
  link.carry("video", screen);
  link.carry("video", null);
  assert.equal(connection.wanted, before + 1);
});

test("a link that was closed sends nothing, takes nothing and begins nothing", () => {
  const [{ link, opened }] = links(1);
  link.close();
  link.renew();
  link.carry("audio", track("audio"));
  link.receive({ attempt: 5, candidate: null });
  assert.equal(opened.length, 1);
  assert.equal(link.state, "closed");
});

test("a peer that begins again and again gets a connection for some of it, and later for one more", (t) => {
  let now = 1000;
  t.mock.method(performance, "now", () => now);
  const [{ link, opened }] = links(1);
  for (let attempt = 2; attempt <= 200; attempt += 1) link.receive({ attempt });
  const atOnce = opened.length;
  assert.ok(atOnce >= 20 && atOnce <= 40, `${atOnce} connections`);
  now += 6000;
  for (let attempt = 201; attempt <= 300; attempt += 1) link.receive({ attempt });
  assert.equal(opened.length, atOnce + 1);
  link.renew();
  assert.equal(opened.length, atOnce + 2, "the person’s own wish is not limited");
});

test("a browser that makes no other connection is told, and the one that there is stays", () => {
  const roll = dice(1);
  const first = new FakeConnection("first", roll);
  const connections = [first.asReal];
  const link = new Link({
    isPolite: true,
    send() {},
    sent: { audio: null, video: null },
    open: () => connections.shift() ?? assert.fail("Too many connections."),
  });
  link.renew();
  link.receive({ attempt: 7 });
  assert.deepEqual([link.connection, link.attempt, link.refusal], [first.asReal, 1, "Too many connections."]);
});

test("somebody for whom there was no connection left gets one when somebody else goes", (t) => {
  const people = new Map();
  const room = Object.assign(new Emitter(), { id: "m", people, sendTo: () => true });
  /**
   * @param {string} type
   * @param {object} detail
   */
  const tell = (type, detail) => room.dispatchEvent(new CustomEvent(type, { detail }));
  const call = new Call(room, { audio: null, video: null }, () => new FakeConnection("any", dice(1)).asReal);
  t.after(() => call.close());
  const crowd = Array.from({ length: 60 }, (_, number) => ({ id: `p${number}`, extra: { call: VERSION } }));
  for (const person of crowd) {
    room.people.set(person.id, person);
    tell("come", { person });
  }
  assert.deepEqual([call.links.size, call.links.has("p50")], [50, false]);
  /**
   * @param {{id: string}} person
   * @param {boolean} lost
   */
  const leave = (person, lost) => {
    room.people.delete(person.id);
    tell("go", { person, lost });
  };
  leave(crowd[0], false);
  assert.deepEqual([call.links.size, call.links.has("p50"), call.links.has("p51")], [50, true, false]);
  leave(crowd[1], true);
  assert.equal(call.links.size, 49, "where the own connection was lost, everybody goes");
});
