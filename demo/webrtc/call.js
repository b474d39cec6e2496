/** All links of a conference: one to each person of the room, from coming to going. */

import { Emitter } from "../shared/events.js";
import { messageOf } from "../shared/failure.js";
import { Link } from "./link.js";
import { decodeSignal } from "./signal.js";

/**
 * @import { Data, Person, Room } from "../shared/room.js"
 * @import { Sent } from "./link.js"
 */

/** Which pages understand each other. */
export const VERSION = 1;
/** A browser has some hundreds of connections in all, and each costs memory and time. */
const LINKS_AT_MOST = 50;
const VOICE_MS = 200;
const MEASURE_MS = 1000;

/**
 * A room, as far as a call needs one.
 * @typedef {Pick<Room, "id" | "people" | "sendTo" | "addEventListener">} CallRoom
 */

/**
 * @typedef {object} CallEvents
 * @property {{person: Person, link: Link}} link
 * @property {{person: Person, why: string}} unable
 * @property {undefined} voice
 * @property {undefined} measure
 */

/**
 * Fires `link` with `{person, link}` when there is a new link, `unable` with `{person, why}` for somebody to whom there can
 * be none, and `voice` and `measure` regularly, when it is time to look at all links.
 * @extends {Emitter<CallEvents>}
 */
export class Call extends Emitter {
  /** @type {Map<string, Link>} by the id of the person */
  links = new Map();
  #room;
  #open;
  #sent;
  #timers;

  /**
   * @param {CallRoom} room
   * @param {Sent} sent
   * @param {() => RTCPeerConnection} [open]
   */
  constructor(room, sent, open = () => new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" })) {
    super();
    this.#room = room;
    this.#sent = { ...sent };
    this.#open = open;
    room.addEventListener("come", ({ detail }) => this.#come(detail.person));
    room.addEventListener("go", ({ detail }) => this.#go(detail));
    room.addEventListener("changed", ({ detail }) => this.#come(detail.person));
    room.addEventListener("data", ({ detail }) => this.#heard(detail));
    this.#timers = [
      setInterval(() => this.#tell("voice"), VOICE_MS),
      setInterval(() => this.#tell("measure"), MEASURE_MS),
    ];
  }

  /**
   * Sends this track of a kind to all, now and later.
   * @param {keyof Sent} kind
   * @param {MediaStreamTrack | null} track
   */
  carry(kind, track) {
    this.#sent[kind] = track;
    for (const link of this.links.values()) link.carry(kind, track);
  }

  /** Makes those links anew over which nothing flows. */
  renew() {
    for (const link of this.links.values()) if (link.state !== "connected") link.renew();
  }

  close() {
    for (const timer of this.#timers) clearInterval(timer);
    for (const link of this.links.values()) link.close();
    this.links.clear();
  }

  /** @param {Person} person */
  #come(person) {
    if (this.links.has(person.id)) return;
    const why = this.#hindrance(person);
    if (why) return this.#tell("unable", { person, why });
    try {
      const link = this.#link(person);
      this.links.set(person.id, link);
      return this.#tell("link", { person, link });
    } catch (error) {
      return this.#tell("unable", { person, why: `This browser refuses a connection: ${messageOf(error)}` });
    }
  }

  /** @param {Person} person */
  #link(person) {
    return new Link({
      open: this.#open,
      isPolite: this.#room.id < person.id,
      send: (text) => this.#room.sendTo(person, text),
      sent: this.#sent,
    });
  }

  /** @param {Person} person */
  #hindrance({ extra }) {
    if (extra.call !== VERSION) return "This person has another version of the page: reload both.";
    if (this.links.size >= LINKS_AT_MOST) return `This page connects with ${LINKS_AT_MOST} people at most.`;
    return "";
  }

  /** @param {{person: Person, lost: boolean}} gone */
  #go({ person: { id }, lost }) {
    this.links.get(id)?.close();
    if (this.links.delete(id) && !lost) this.#fill();
  }

  /** There is room again for somebody who came when there was none. */
  #fill() {
    const next = [...this.#room.people.values()].find(
      (person) => !this.links.has(person.id) && !this.#hindrance(person),
    );
    if (next) this.#come(next);
  }

  /** @param {{person: Person, data: Data, direct: boolean}} said */
  #heard({ person, data, direct }) {
    const signal = direct ? decodeSignal(data) : null;
    if (signal) this.links.get(person.id)?.receive(signal);
  }

  /**
   * @template {keyof CallEvents} Type
   * @param {Type} type
   * @param {CallEvents[Type]} [detail]
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
