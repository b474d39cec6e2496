/** Files, of which the page loads nothing before somebody offers one: what comes meanwhile is heard then, in order. */

/**
 * @import { Data, Person, Room } from "../shared/room.js"
 * @import { Thread } from "./thread.js"
 * @import { Attachments } from "./attachments.js"
 */

/** Messages that wait for the load. A person offers some files; more than that is a flood. */
const WAITING_AT_MOST = 500;
/** Characters of a message about files. */
const LENGTH_AT_MOST = 16 * 1024;
const UNLOADABLE = "What handles files could not be loaded: reload the page.";

export class Files {
  #room;
  #thread;
  /** @type {Attachments | null} */
  #attachments = null;
  /** @type {Promise<Attachments | null> | null} */
  #loading = null;
  /** @type {[person: Person, data: string, direct: boolean][]} */
  #waiting = [];

  /**
   * @param {Room} room
   * @param {Thread} thread
   */
  constructor(room, thread) {
    this.#room = room;
    this.#thread = thread;
  }

  /**
   * @param {File[]} files
   * @param {Person | null} person null for everyone
   * @returns {Promise<string>} why not all were offered, in a sentence, or empty
   */
  async offer(files, person) {
    const attachments = await this.#load();
    if (person && this.#room.people.get(person.id) !== person) return `${person.name} has left: nothing was sent.`;
    return attachments?.offer(files, person) ?? UNLOADABLE;
  }

  /**
   * @param {Person} person
   * @param {Data} data
   * @param {boolean} direct
   * @returns {boolean} whether it was about files
   */
  hear(person, data, direct) {
    if (this.#attachments) return this.#attachments.hear(person, data, direct);
    // A part of a file that nobody has asked for.
    if (typeof data !== "string") return true;
    if (data.length > LENGTH_AT_MOST || !data.includes('"file-')) return false;
    if (this.#waiting.length < WAITING_AT_MOST) this.#waiting.push([person, data, direct]);
    this.#load();
    return false;
  }

  leave() {
    this.#attachments?.leave();
  }

  #load() {
    this.#loading ??= import("./attachments.js").then(
      (module) => this.#start(module),
      () => this.#fail(),
    );
    return this.#loading;
  }

  /** @param {typeof import("./attachments.js")} module */
  #start({ Attachments }) {
    if (this.#room.state === "left") return null;
    this.#attachments = new Attachments(this.#room, this.#thread);
    for (const [person, data, direct] of this.#waiting.splice(0)) {
      if (this.#room.people.get(person.id) === person) this.#attachments.hear(person, data, direct);
    }
    return this.#attachments;
  }

  #fail() {
    this.#loading = null;
    if (this.#waiting.splice(0).length > 0) this.#thread.note("Somebody offers a file. ", UNLOADABLE);
    return null;
  }
}
