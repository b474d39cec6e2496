/** The chat page: what is said, by whom, and what of it is shown where. */

import { Door } from "../shared/door.js";
import { byId, element } from "../shared/element.js";
import { nameTag } from "../shared/names.js";
import { Compose } from "./compose.js";
import { Files } from "./files.js";
import { History } from "./history.js";
import { People } from "./people.js";
import { Thread } from "./thread.js";
import { Typing } from "./typing.js";
import { decode, encode } from "./wire.js";

/** @import { Data, Message, Person, Room } from "../shared/room.js" */

const WRITERS_SHOWN = 3;
const KEPT = "What is said to everyone is kept by those who are here, and shown to newcomers.";
const NOT_KEPT = "What was kept for newcomers is forgotten.";
const NOWHERE = "No messages yet. What you write reaches those who are here now, and is kept nowhere.";
const HERE = "No messages yet. What you write to everyone is kept by those who are here, and shown to newcomers.";

const people = new People();
const thread = new Thread();
const typing = new Typing(
  (on, to) => send(encode("typing", { on }), room.people.get(to ?? "") ?? null, to),
  () => {
    if (writersFrame === 0) writersFrame = requestAnimationFrame(showWriters);
  },
);
const compose = new Compose(people, {
  refusal,
  say,
  write: (text) => typing.write(text, addressee()),
  attach,
});
// These are there as soon as a room has been entered: before, and after it was left, nothing of the view can be used.
/** @type {Room} */
let room;
/** @type {History} */
let history;
/** @type {Files} */
let files;
let writersFrame = 0;

const keeping = element("input", { type: "checkbox", id: "keeping" });
const door = new Door({
  demo: "chat",
  channel: "lobby",
  extra: () => (history?.setting.clock ? { history: history.setting } : {}),
  enter,
  leave,
});
door.tools.append(
  element(
    "label",
    { className: "keeping", title: "Newcomers are told what has been said to everyone" },
    keeping,
    " History",
  ),
);
keeping.addEventListener("change", switchHistory);
thread.addEventListener("unseen", () => {
  door.unread = thread.unseen;
});

/** @param {Room} entered */
function enter(entered) {
  room = entered;
  history = new History(room);
  thread.restart();
  people.follow(room);
  typing.clear();
  compose.refuse("");
  files = new Files(room, thread);
  history.addEventListener("setting", ({ detail }) => noteHistory(detail.person && labelOf(detail.person)));
  history.addEventListener("told", ({ detail }) => thread.told(room.label(detail.person), detail.lines));
  showHistory();
  listen();
}

function leave() {
  history.stop();
  files.leave();
  typing.clear();
}

function listen() {
  let openedAt = Infinity;
  room.addEventListener("state", () => {
    if (room.state === "open") openedAt = performance.now();
    compose.refuse("");
  });
  room.addEventListener("come", ({ detail: { person } }) => {
    if (person.since > openedAt) thread.note(labelOf(person), " joined");
  });
  room.addEventListener("go", ({ detail: { person, lost } }) => {
    typing.hear(person.id, false);
    if (!lost) thread.note(labelOf(person), " left");
  });
  room.addEventListener("renamed", ({ detail: { person, before } }) => {
    thread.note({ name: before }, " is now ", labelOf(person));
  });
  room.addEventListener("lost", () => {
    typing.clear();
    thread.note("The connection was lost.");
  });
  room.addEventListener("back", () => thread.note("Connected again."));
  room.addEventListener("data", ({ detail }) => hear(detail));
  noteOwnNames();
}

/** Who renames oneself sees it in the thread, as the others do. */
function noteOwnNames() {
  let { name } = room;
  room.addEventListener("people", () => {
    if (room.name !== name) thread.note({ name }, " is now ", { name: room.name });
    ({ name } = room);
  });
}

/** @param {{person: Person, data: Data, direct: boolean}} said */
function hear({ person, data, direct }) {
  if (files.hear(person, data, direct)) return;
  const said = decode(data);
  if (said?.type === "say") hearSaid(person, said.text, direct);
  if (said?.type === "typing") typing.hear(person.id, said.on);
  if (said?.type === "history-get" && direct) history.hearGet(person);
  if (said?.type === "history" && direct) history.hearLines(person, said.lines);
}

/**
 * @param {Person} person
 * @param {string} text
 * @param {boolean} direct
 */
function hearSaid(person, text, direct) {
  typing.hear(person.id, false);
  if (!direct) history.keep(person.name, text);
  thread.said({ id: person.id, name: room.label(person), text, note: direct ? "to you only" : "" });
}

/** @param {string} text */
function say(text) {
  const person = people.chosen;
  if (!send(encode("say", { text }), person)) {
    compose.refuse("Not connected: nothing was sent.");
    return false;
  }
  typing.sent();
  if (!person) history.keep(room.name, text);
  thread.said({ id: room.id, name: room.name, text, own: true, note: noteFor(person) });
  return true;
}

/** @param {File[]} chosen */
async function attach(chosen) {
  byId("message", HTMLTextAreaElement).focus();
  compose.refuse(await files.offer(chosen, people.chosen));
}

/** As the thread takes it. @param {Person} person */
const labelOf = (person) => ({ name: room.label(person) });
/** @param {Person | null} person */
const noteFor = (person) => (person ? `to ${room.label(person)} only` : "");
const addressee = () => people.chosen?.id ?? null;

/**
 * To a person, or to all; to nobody where the one that was meant has gone.
 * @param {Message} data
 * @param {Person | null} person
 * @param {string | null} [meant]
 */
function send(data, person, meant = null) {
  if (person) return room.sendTo(person, data);
  return meant === null && room.send(data);
}

function refusal() {
  if (room.state !== "open") return "Not connected: nothing was sent.";
  if (people.gone) return `${people.gone} has left: nothing was sent. Choose someone else, or everyone.`;
  return "";
}

function showWriters() {
  writersFrame = 0;
  const writers = typing.who.map((id) => room.people.get(id)).filter((person) => person !== undefined);
  const tags = writers
    .slice(0, WRITERS_SHOWN)
    .flatMap((person, index) => [index > 0 ? ", " : "", nameTag(room.label(person))]);
  const words =
    writers.length > WRITERS_SHOWN ? " and others are writing…" : writers.length > 1 ? " are writing…" : " is writing…";
  byId("typing", HTMLElement).replaceChildren(...(writers.length > 0 ? [...tags, words] : []));
}

function switchHistory() {
  const { checked } = keeping;
  if (room.state !== "open") compose.refuse("Not connected: the setting was not changed.");
  else if (history.switch(checked)) return noteHistory("You", "have");
  else compose.refuse("Somebody has fixed this setting: use another channel.");
  return showHistory();
}

/**
 * @param {{name: string} | string | null} who
 * @param {string} [verb]
 */
function noteHistory(who, verb = "has") {
  const words = history.on ? ["on", KEPT] : ["off", NOT_KEPT];
  if (who) thread.note(who, ` ${verb} switched history ${words[0]}. `, words[1]);
  else thread.note(`History is ${words[0]} here. `, words[1]);
  showHistory();
}

function showHistory() {
  keeping.checked = history.on;
  byId("silence", HTMLElement).textContent = history.on ? HERE : NOWHERE;
}
