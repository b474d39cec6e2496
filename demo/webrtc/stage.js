/** The grid of tiles: oneself, and one for each person from coming to going. */

import { element } from "../shared/element.js";
import { diagnose, diagnoseSilence, PATIENCE_MS } from "./health.js";
import { presenceOf } from "./presence.js";
import { Quiet } from "./quiet.js";
import { Speaking } from "./speaking.js";
import { Tile } from "./tile.js";

/**
 * @import { Person, Room } from "../shared/room.js"
 * @import { Media } from "./media.js"
 * @import { Link } from "./link.js"
 * @import { Call } from "./call.js"
 */

/** More do not fit into any window, and each costs time. Those who are connected always have one. */
const TILES_AT_MOST = 60;

/**
 * @typedef {object} Place
 * @property {Person} person
 * @property {Tile} tile
 * @property {Link | null} link null where there can be none
 * @property {Speaking} speaking
 * @property {Quiet} quiet
 * @property {string} why there is no link
 */

export class Stage {
  /** By the id of the person. @type {Map<string, Place>} */
  places = new Map();
  #own = new Tile({ isOwn: true });
  #ownSpeaking = new Speaking();
  /**
   * People without a tile, and why they cannot be connected, by id.
   * @type {Map<string, {person: Person, why: string}>}
   */
  #unplaced = new Map();
  #more = element("li", { className: "more" });
  #frame = 0;
  #list;
  #room;
  #media;
  #play;

  /**
   * @param {HTMLElement} list
   * @param {{room: Room, call: Call, media: Media, play: (sound: HTMLAudioElement) => void}} parts
   */
  constructor(list, { room, call, media, play }) {
    this.#list = list;
    this.#room = room;
    this.#media = media;
    this.#play = play;
    list.replaceChildren(this.#own.element);
    room.addEventListener("go", ({ detail }) => this.#go(detail.person));
    room.addEventListener("people", () => this.#label());
    room.addEventListener("changed", () => this.#label());
    call.addEventListener("link", ({ detail }) => this.#follow(detail));
    call.addEventListener("unable", ({ detail }) => this.#cannot(detail));
    call.addEventListener("voice", () => this.#listen());
    this.showOwn();
    this.#draw();
  }

  /** What this person sends, as the others get it. */
  showOwn() {
    this.#own.play({ audio: null, video: this.#media.sent.video });
    this.#own.show(this.#media.presence);
  }

  /** @param {number | undefined} level of the own microphone */
  hearOwn(level) {
    this.#own.isSpeaking = this.#ownSpeaking.hear(level, performance.now());
  }

  /** Says what is wrong, as soon as something has been for long enough. */
  examine() {
    for (const place of this.places.values()) this.#settle(place);
  }

  clear() {
    cancelAnimationFrame(this.#frame);
    this.#unplaced.clear();
    this.#more.remove();
    for (const { tile } of this.places.values()) tile.remove();
    this.places.clear();
    this.#own.remove();
  }

  /** @param {{id: string}} person */
  #go({ id }) {
    this.places.get(id)?.tile.remove();
    this.places.delete(id);
    this.#unplaced.delete(id);
    const [next] = this.#unplaced.values();
    if (next) this.#cannot(next);
    this.#arrange();
  }

  /** @param {{person: Person, link: Link}} made */
  #follow({ person, link }) {
    const place = this.#place(person);
    Object.assign(place, { link, why: "" });
    link.addEventListener("tracks", () => {
      place.tile.play(link.tracks);
      if (link.tracks.audio) this.#play(place.tile.sound);
    });
    link.addEventListener("state", () => this.#settle(place));
    this.#settle(place);
  }

  /** @param {{person: Person, why: string}} unable */
  #cannot({ person, why }) {
    if (!this.places.has(person.id) && this.places.size >= TILES_AT_MOST) {
      this.#unplaced.set(person.id, { person, why });
      return this.#arrange();
    }
    const place = this.#place(person);
    place.why = why;
    return this.#settle(place);
  }

  /** @param {Person} person */
  #place(person) {
    const present = this.places.get(person.id);
    if (present) return present;
    /** @type {Place} */
    const place = {
      person,
      tile: new Tile(),
      link: null,
      speaking: new Speaking(),
      quiet: new Quiet(),
      why: "",
    };
    this.places.set(person.id, place);
    this.#unplaced.delete(person.id);
    this.#list.append(place.tile.element);
    place.tile.name(this.#room.label(person));
    this.#arrange();
    return place;
  }

  /** @param {Place} place */
  #settle(place) {
    const { person, tile, link, why, quiet } = place;
    const isConnected = link?.state === "connected";
    tile.show(presenceOf(person), link && !isConnected ? "connecting…" : "");
    if (!link) return tile.complain(why);
    const now = performance.now();
    if (isConnected && link.measured) quiet.observe(presenceOf(person), link.measured.totals, now);
    else quiet.reset();
    const name = this.#room.label(person);
    const found = diagnose({ ...factsOf(link, now), name, isConnected, hasDevices: this.#media.wasGranted });
    const silence = isConnected ? diagnoseSilence({ name, quiet: quiet.since(now) }) : "";
    tile.complain(found?.text ?? silence, found?.tried, found && (() => link.renew()));
    return tile.leavePicture(
      !found && isConnected && presenceOf(person).picture !== "" && quiet.since(now).picture < PATIENCE_MS,
    );
  }

  /** Hundreds may come, or change something, at once. */
  #label() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    this.#own.name(this.#room.name);
    for (const { person, tile } of this.places.values()) tile.name(this.#room.label(person));
    this.examine();
    this.#arrange();
  }

  /** As near to squares as the window allows; the style sheet turns it where that is high. */
  #arrange() {
    const more = this.#unplaced.size;
    this.#more.remove();
    this.#more.textContent = `and ${more} more`;
    if (more) this.#list.append(this.#more);
    const count = this.#list.childElementCount;
    const columns = Math.ceil(Math.sqrt(count));
    this.#list.style.setProperty("--columns", String(columns));
    this.#list.style.setProperty("--rows", String(Math.ceil(count / columns)));
  }

  #listen() {
    const now = performance.now();
    for (const { person, tile, link, speaking } of this.places.values())
      tile.isSpeaking = speaking.hear(presenceOf(person).sound ? link?.level : 0, now);
  }
}

/**
 * @param {Link} link
 * @param {number} now
 */
function factsOf({ since, wasConnected, isHeard, addresses, refusal }, now) {
  return { waited: now - since, wasConnected, isHeard, addresses, refusal };
}
