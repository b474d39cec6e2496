/** The room that all demos share, on a socket whose events the test fires. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isChannelName } from "../../demo/shared/channel.js";
import { decodeHello, encodeHello } from "../../demo/shared/hello.js";
import { cleanName, hueOf } from "../../demo/shared/names.js";
import { Room } from "../../demo/shared/room.js";

/** @import { RoomEvents } from "../../demo/shared/room.js" */

/** The socket of a channel or of a peer, as far as a room uses it. */
class Socket extends EventTarget {
  /** @type {0 | 1 | 2 | 3} */
  readyState = 1;
  /** @type {"blob" | "arraybuffer"} */
  binaryType = "blob";
  bufferedAmount = 0;
  /** @type {unknown[]} */
  sent = [];

  /** @param {string} id */
  constructor(id) {
    super();
    this.id = id;
  }

  /** @param {unknown} data */
  send(data) {
    this.sent.push(data);
  }

  close() {
    this.readyState = 3;
  }

  /**
   * @param {string} type
   * @param {object} [fields]
   */
  fire(type, fields = {}) {
    this.dispatchEvent(Object.assign(new Event(type), fields));
  }
}

/**
 * A room of the demo `test` whose own id is `me`, with what happened in it.
 * @param {{extra?: () => object}} [fields]
 */
function open(fields = {}) {
  const socket = new Socket("me");
  const room = new Room(socket, { demo: "test", name: "Ann", ...fields });
  /** @type {unknown[][]} */
  const happened = [];
  /** @type {(keyof RoomEvents)[]} */
  const types = ["come", "go", "renamed", "changed", "data", "lost", "back"];
  for (const type of types) {
    room.addEventListener(type, ({ detail }) => {
      const { person, data, before, lost } = Object(detail);
      happened.push([type, person?.name, data ?? before ?? lost].slice(0, detail ? 3 : 1));
    });
  }
  socket.fire("open");
  return { socket, room, happened };
}

/**
 * @param {Socket} socket
 * @param {string} id
 */
function meet(socket, id) {
  const peer = new Socket(id);
  socket.fire("connect", { detail: { target: peer } });
  peer.fire("open");
  return peer;
}

/**
 * @param {string} name
 * @param {object} [fields]
 */
const hello = (name, fields = {}) => encodeHello({ demo: "test", name, here: 5, extra: {}, ...fields });

test("a peer is a person from its first hello to its end, and only then is heard", () => {
  const { socket, room, happened } = open();
  const peer = meet(socket, "bob");
  assert.equal(decodeHello(peer.sent[0])?.name, "Ann");
  peer.fire("message", { data: "too early" });
  assert.deepEqual([...room.others.keys()], ["bob"]);
  peer.fire("message", { data: hello("Bob") });
  assert.equal(room.others.size, 0);
  peer.fire("message", { data: "to you" });
  socket.fire("message", { senderId: "bob", data: "to all" });
  socket.fire("message", { senderId: "stranger", data: "who is that?" });
  socket.fire("disconnect", { detail: { target: peer } });
  peer.fire("message", { data: "too late" });
  assert.deepEqual(happened, [
    ["come", "Bob", undefined],
    ["data", "Bob", "to you"],
    ["data", "Bob", "to all"],
    ["go", "Bob", false],
  ]);
  assert.equal(room.people.size, 0);
});

test("a page of another demo, and what is no hello, make nobody a person", () => {
  const { socket, room, happened } = open();
  const peer = meet(socket, "bob");
  const bad = [
    hello("Bob", { demo: "other" }),
    hello(""),
    hello("\u202e \n"),
    '{"type":"hello"}',
    '{"type":"hello","nick":7}',
    '"hello"',
    'null "hello"',
    '{"type":"hello","nick":"Bob","demo":{"toString":1}}',
    `{"type":"hello","nick":"Bob","x":"${"x".repeat(5000)}"}`,
    new ArrayBuffer(8),
    '{"type":"hello","nick":"Bob"}',
  ];
  for (const data of bad) peer.fire("message", { data });
  assert.deepEqual([happened, room.people.size, [...room.others.keys()]], [[], 0, ["bob"]]);
});

test("a name, and what a demo adds, can change", () => {
  const { socket, room, happened } = open({ extra: () => ({ ready: true }) });
  const peer = meet(socket, "bob");
  assert.deepEqual(decodeHello(peer.sent[0])?.extra, { ready: true });
  peer.fire("message", { data: hello("Bob", { extra: { camera: false } }) });
  peer.fire("message", { data: hello("Bob", { extra: { camera: false } }) });
  socket.fire("message", { senderId: "bob", data: hello("Robert", { extra: { camera: true } }) });
  assert.deepEqual(happened, [
    ["come", "Bob", undefined],
    ["renamed", "Robert", "Bob"],
    ["changed", "Robert", undefined],
  ]);
  assert.deepEqual(room.people.get("bob")?.extra, { camera: true });
  room.rename("Anna");
  assert.equal(decodeHello(socket.sent[0])?.name, "Anna");
});

test("everybody has the same order, in which other programs do not count", () => {
  const { socket, room } = open();
  const [late, early] = [meet(socket, "zoe"), meet(socket, "abe")];
  meet(socket, "a-program");
  late.fire("message", { data: hello("Zoe") });
  assert.deepEqual([room.order, room.isLowest], [["me", "zoe"], true]);
  early.fire("message", { data: hello("Abe") });
  assert.deepEqual([room.order, room.isLowest], [["abe", "me", "zoe"], false]);
});

test("people of one name are told apart by their ids", () => {
  const { socket, room } = open();
  for (const id of ["first", "second"]) meet(socket, id).fire("message", { data: hello("ANN") });
  const [first, second] = room.people.values();
  assert.deepEqual(
    [room.label(first), room.label(second), room.label({ id: "gone", name: "Ann" })],
    ["ANN firs", "ANN seco", "Ann gone"],
  );
  assert.equal(room.label({ id: "me", name: "Ann" }), "Ann me");
  room.rename("Eve");
  socket.fire("disconnect", { detail: { target: second.peer } });
  assert.equal(room.label(first), "ANN");
});

test("a lost connection takes all people with it, and its return is told before they come again", () => {
  const { socket, room, happened } = open();
  const peer = meet(socket, "bob");
  peer.fire("message", { data: hello("Bob") });
  const person = room.people.get("bob");
  assert.ok(person);
  Object.assign(socket, { readyState: 0, id: "" });
  socket.fire("disconnect", { detail: { target: peer } });
  socket.fire("reconnecting");
  assert.deepEqual([room.state, room.isLowest, room.order], ["lost", false, []]);
  assert.deepEqual([room.send("x"), room.sendTo(person, "x")], [false, false]);
  socket.fire("error", { reason: "proxy-not-running", message: "No proxy answers." });
  assert.equal(room.why, "No proxy answers.");
  Object.assign(socket, { readyState: 1, id: "me-again" });
  socket.fire("open");
  assert.deepEqual([room.state, room.why, room.send("x")], ["open", "", true]);
  assert.deepEqual(happened, [["come", "Bob", undefined], ["go", "Bob", true], ["lost"], ["back"]]);
  assert.equal(room.sendTo(person, "x"), false, "who has gone stays gone");
});

test("an error that ends the connection says why, one about a single message does not", () => {
  const { socket, room } = open();
  socket.fire("error", { reason: "unknown-target", message: "It has left.", fatal: false });
  assert.equal(room.why, "");
  socket.fire("error", { reason: "message-too-big", message: "A message was too big.", fatal: true });
  socket.fire("close");
  assert.deepEqual([room.state, room.reason, room.why], ["failed", "message-too-big", "A message was too big."]);
});

test("after leaving nothing happens any more", () => {
  const { socket, room, happened } = open();
  const peer = meet(socket, "bob");
  room.leave();
  peer.fire("message", { data: hello("Bob") });
  socket.fire("message", { senderId: "bob", data: hello("Bob") });
  socket.fire("disconnect", { detail: { target: peer } });
  assert.deepEqual([happened, room.state], [[], "left"]);
});

test("names are cut and cleaned, and keep their colour", () => {
  assert.equal(cleanName("  Ann \u202e\n  Lee\u0000 "), "Ann Lee");
  assert.equal([...cleanName("\u{1f600}".repeat(100))].length, 32);
  assert.equal(cleanName("<b>Ann</b>"), "<b>Ann</b>");
  assert.equal(cleanName("\u200b\ufeff"), "");
  assert.equal(cleanName("\u00ad\u034f\u061c\u115f\u1160\u180e\u2060\u2064\u2800\u3164\uffa0"), "");
  assert.equal(cleanName("\u200d\u200c"), "");
  assert.equal(cleanName("\u{1f469}\u200d\u{1f680}"), "\u{1f469}\u200d\u{1f680}");
  assert.equal(hueOf("Ann"), hueOf("Ann"));
  for (const name of ["Ann", "Bob", "", "\u{1f600}"]) assert.ok(hueOf(name) >= 0 && hueOf(name) < 8);
});

test("a stay that is no time counts as none", () => {
  for (const here of ['"x"', "-5", "null", "1e999"])
    assert.equal(decodeHello(`{"type":"hello","nick":"Bob","here":${here}}`)?.here, 0);
});

test("a name of a channel is one that a proxy takes", () => {
  for (const name of ["a", "Az09+=*._-", "...", "x".repeat(255)]) assert.equal(isChannelName(name), true, name);
  for (const name of ["", ".", "..", "x".repeat(256), "a b", "a/b", "é", "a\n", "%41", "#a"])
    assert.equal(isChannelName(name), false, name);
});
