/** What the chat decides without a page: who is writing, what newcomers are told and by whom. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Emitter } from "../../demo/shared/events.js";
import { History } from "../../demo/chat/history.js";
import { Typing } from "../../demo/chat/typing.js";
import { decode, encode } from "../../demo/chat/wire.js";

/**
 * @import { TestContext } from "node:test"
 * @import { Line } from "../../demo/chat/wire.js"
 * @import { Person, RoomEvents } from "../../demo/shared/room.js"
 */

const GATHER_MS = 400;
const ANSWER_MS = 3000;

test("what is no message of the chat is ignored", () => {
  const bad = [
    "",
    "x",
    "null",
    "7",
    "[]",
    "{}",
    '{"type":"say"}',
    '{"type":"say","text":7}',
    '{"type":"say","text":" \\n"}',
    '{"type":"history"}',
    '{"type":"history","lines":{}}',
    '{"type":"toString"}',
    new ArrayBuffer(4),
    `{"type":"say","text":"${"x".repeat(600_000)}"}`,
  ];
  for (const data of bad) assert.equal(decode(data), null, String(data).slice(0, 50));
  const long = decode(encode("say", { text: "x".repeat(5000) }));
  assert.equal(long?.type === "say" && long.text.length, 4000);
  assert.deepEqual(decode('{"type":"typing","on":"yes"}'), { type: "typing", on: false });
});

test("lines of a history are cleaned, and those that are none are left out", () => {
  const lines = [
    { name: "Ann\u202e", text: "hi", ago: 5 },
    { name: "", text: "x", ago: 0 },
    { name: "Bob", text: "", ago: 0 },
    { name: "Bob", text: "x", ago: -1 },
    { name: "Bob", text: "x", ago: "5" },
    { name: "Bob", text: "x", ago: 1e20 },
    { name: 7, text: "x", ago: 1 },
    null,
    "x",
    [],
  ];
  const kept = linesOf(encode("history", { lines }));
  assert.deepEqual(kept, [
    { name: "Ann", text: "hi", ago: 5 },
    { name: "?", text: "x", ago: 0 },
  ]);
  const many = encode("history", { lines: Array(1000).fill({ name: "A", text: "x", ago: 1 }) });
  assert.equal(linesOf(many).length, 200);
});

/** @param {string} data */
function linesOf(data) {
  const said = decode(data);
  return said?.type === "history" ? said.lines : [];
}

/** @param {TestContext} t */
function typist(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 10_000;
  t.mock.method(performance, "now", () => now);
  /** @type {[on: boolean, to: string | null][]} */
  const said = [];
  let changes = 0;
  const typing = new Typing(
    (on, to) => said.push([on, to]),
    () => {
      changes += 1;
    },
  );
  return {
    typing,
    said,
    changes: () => changes,
    /** @param {number} ms */
    pass: (ms) => {
      now += ms;
      t.mock.timers.tick(ms);
    },
  };
}

test("that one writes is said at most every other second, and that one has stopped at once", (t) => {
  const { typing, said, pass } = typist(t);
  for (let letter = 1; letter <= 100; letter += 1) {
    typing.write("x".repeat(letter), null);
    pass(50);
  }
  assert.deepEqual(said, [
    [true, null],
    [true, null],
    [true, null],
  ]);
  typing.write("", null);
  typing.write("", null);
  assert.deepEqual(said.at(-1), [false, null]);
  assert.equal(said.length, 4);
  typing.write("x", null);
  typing.sent();
  typing.write("", null);
  assert.equal(said.length, 5, "a message says that it has been written");
});

test("who turns to somebody else stops for the former", (t) => {
  const { typing, said } = typist(t);
  typing.write("x", null);
  typing.write("x", "bob");
  assert.deepEqual(said, [
    [true, null],
    [false, null],
    [true, "bob"],
  ]);
});

test("who does not say it again is not writing any more, and nobody is while there is no connection", (t) => {
  const { typing, changes, pass } = typist(t);
  typing.hear("bob", true);
  pass(4000);
  typing.hear("bob", true);
  pass(4000);
  assert.deepEqual([typing.who, changes()], [["bob"], 1]);
  pass(1000);
  assert.deepEqual([typing.who, changes()], [[], 2]);
  typing.hear("bob", false);
  assert.equal(changes(), 2);
  typing.hear("bob", true);
  typing.hear("cleo", true);
  typing.clear();
  assert.deepEqual(typing.who, []);
});

/** A room in which the test plays the others. @extends {Emitter<RoomEvents>} */
class Room extends Emitter {
  id = "me";
  /** @type {"connecting" | "open"} */
  state = "connecting";
  /** @type {Map<string, Person>} */
  people = new Map();
  /** @type {[id: string, said: {type: string, lines: Line[]}][]} */
  sent = [];
  announced = 0;

  open() {
    this.state = "open";
    this.#fire("state");
  }

  /**
   * @param {string} id
   * @param {number} here
   * @param {unknown} [history]
   */
  come(id, here, history) {
    const since = performance.now() - here;
    // Nothing else of a person is looked at.
    const person = /** @type {Person} */ ({ id, name: id, since, extra: history ? { history } : {} });
    this.people.set(id, person);
    this.#fire("come", { person });
    return person;
  }

  /** @param {string} id */
  go(id) {
    const person = this.person(id);
    this.people.delete(id);
    this.#fire("go", { person });
  }

  /**
   * @param {string} id
   * @param {unknown} history
   */
  change(id, history) {
    const person = this.person(id);
    person.extra = { history };
    this.#fire("changed", { person });
  }

  /** @param {string} id */
  person(id) {
    const person = this.people.get(id);
    assert.ok(person);
    return person;
  }

  announce() {
    this.announced += 1;
  }

  /**
   * @param {{id: string}} person
   * @param {unknown} data
   */
  sendTo(person, data) {
    this.sent.push([person.id, JSON.parse(String(data))]);
    return true;
  }

  /**
   * @param {keyof RoomEvents} type
   * @param {object} [detail]
   */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const ON = { on: true, clock: 1, by: "bob" };

/** @param {TestContext} t */
function newcomer(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const room = new Room();
  const history = new History(room);
  /** @type {unknown[]} */
  const events = [];
  history.addEventListener("setting", ({ detail }) => events.push(["setting", history.on, detail.person?.id]));
  history.addEventListener("told", ({ detail }) =>
    events.push(["told", detail.person.id, detail.lines.map(({ text }) => text)]),
  );
  room.open();
  return {
    room,
    history,
    events,
    asked: () => room.sent.filter(([, { type }]) => type === "history-get").map(([id]) => id),
    /** @param {number} ms */
    pass: (ms) => t.mock.timers.tick(ms),
  };
}

test("nothing is kept, asked or told unless it is switched on", (t) => {
  const { room, history, asked, pass } = newcomer(t);
  const bob = room.come("bob", 1000);
  history.keep("me", "secret");
  history.hearGet(bob);
  pass(10 * ANSWER_MS);
  assert.deepEqual([asked(), room.sent], [[], []]);
  history.switch(true);
  history.keep("me", "public");
  history.hearGet(bob);
  assert.deepEqual(
    room.sent.map(([id, { lines }]) => [id, lines.map(({ text }) => text)]),
    [["bob", ["public"]]],
  );
  history.hearGet(bob);
  assert.equal(room.sent.length, 1, "once for each");
  history.switch(false);
  history.switch(true);
  history.hearGet(room.come("cleo", 0));
  assert.deepEqual(room.sent[room.sent.length - 1][1].lines, [], "switching it off forgets");
});

test("a newcomer asks who has been there longest, and is told once", (t) => {
  const { room, history, events, asked, pass } = newcomer(t);
  room.come("bob", 5000, ON);
  room.come("cleo", 90_000, ON);
  const dan = room.come("dan", 20_000, ON);
  pass(GATHER_MS - 1);
  assert.deepEqual(asked(), []);
  pass(1);
  assert.deepEqual(asked(), ["cleo"]);
  history.hearLines(dan, [{ name: "x", text: "not asked for", ago: 1 }]);
  history.hearLines(room.person("cleo"), [{ name: "Ann", text: "hello", ago: 60_000 }]);
  history.hearLines(room.person("cleo"), [{ name: "Ann", text: "again", ago: 60_000 }]);
  pass(10 * ANSWER_MS);
  assert.deepEqual(events, [
    ["setting", true, undefined],
    ["told", "cleo", ["hello"]],
  ]);
  assert.deepEqual(asked(), ["cleo"]);
  history.hearGet(room.come("eve", 0, ON));
  assert.deepEqual(
    room.sent[room.sent.length - 1][1].lines.map(({ text }) => text),
    ["hello"],
    "it can tell the next one",
  );
});

test("when the giver leaves, or says nothing, the next one is asked", (t) => {
  const { room, history, events, asked, pass } = newcomer(t);
  room.come("bob", 5000, ON);
  room.come("cleo", 90_000, ON);
  room.come("dan", 20_000, ON);
  pass(GATHER_MS);
  room.go("cleo");
  assert.deepEqual(asked(), ["cleo", "dan"]);
  pass(ANSWER_MS);
  assert.deepEqual(asked(), ["cleo", "dan", "bob"]);
  history.hearLines(room.person("dan"), [{ name: "Ann", text: "too late", ago: 1 }]);
  history.hearLines(room.person("bob"), [{ name: "Ann", text: "here", ago: 1 }]);
  assert.deepEqual(events.at(-1), ["told", "bob", ["here"]]);
  pass(10 * ANSWER_MS);
  assert.equal(asked().length, 3);
});

test("who was there first asks nobody, nor does who comes back", (t) => {
  const { room, asked, pass } = newcomer(t);
  room.come("bob", 0, ON);
  pass(ANSWER_MS);
  assert.deepEqual(asked(), []);
  room.go("bob");
  room.open();
  room.come("bob-2", 90_000, ON);
  pass(ANSWER_MS);
  assert.deepEqual(asked(), []);
});

test("the last one who has changed the setting decides, and everybody decides the same", (t) => {
  const orders = [
    [ON, { on: false, clock: 2, by: "ann" }, { on: true, clock: 2, by: "cleo" }],
    [{ on: true, clock: 2, by: "cleo" }, ON, { on: false, clock: 2, by: "ann" }],
  ];
  for (const order of orders) {
    const { room, history } = newcomer(t);
    order.forEach((setting, index) => room.come(`p${index}`, 0, setting));
    assert.deepEqual(history.setting, { on: true, clock: 2, by: "cleo" });
    t.mock.timers.reset();
  }
});

test("a setting that is nonsense is ignored, and one without end is told", (t) => {
  const { room, history } = newcomer(t);
  const nonsense = [
    null,
    7,
    {},
    { on: 1, clock: 1, by: "x" },
    { on: true, clock: 0, by: "x" },
    { on: true, clock: 1e9, by: "x" },
    { on: true, clock: NaN, by: "x" },
    { on: true, clock: 1, by: "x".repeat(100) },
  ];
  nonsense.forEach((setting, index) => room.come(`p${index}`, 0, setting));
  assert.equal(history.on, false);
  /** @type {(string | undefined)[]} */
  const events = [];
  history.addEventListener("setting", ({ detail }) => events.push(detail.person?.id));
  room.change("p0", { on: true, clock: 1_000_000, by: "p0" });
  assert.deepEqual([history.on, history.switch(false), history.on], [true, false, true]);
  assert.deepEqual(events, ["p0"]);
});

test("what is kept is bounded in lines and in size", (t) => {
  const { room, history } = newcomer(t);
  history.switch(true);
  for (let index = 0; index < 500; index += 1) history.keep("me", `line ${index}`);
  history.hearGet(room.come("bob", 0));
  const { lines } = room.sent[room.sent.length - 1][1];
  assert.deepEqual([lines.length, lines[0].text, lines.at(-1)?.text], [200, "line 300", "line 499"]);
  for (let index = 0; index < 200; index += 1) history.keep("me", '\u0001"'.repeat(2000));
  history.hearGet(room.come("cleo", 0));
  const size = JSON.stringify(room.sent[room.sent.length - 1][1]).length;
  assert.ok(size <= 256 * 1024 + 100 && size > 200 * 1024, `${size} characters`);
});
