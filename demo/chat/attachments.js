/** Files in the chat: offered to all or to one, shown as cards in the thread, pictures shown as pictures. */

import { messageOf } from "../shared/failure.js";
import { keepAwake } from "../shared/transfer/awake.js";
import { IncomingCard, OutgoingCard } from "../shared/transfer/card.js";
import { isPictureType } from "../shared/transfer/picture.js";
import { MemorySink } from "../shared/transfer/sink.js";
import { Transfers } from "../shared/transfer/transfers.js";

/**
 * @import { Data, Person, Room } from "../shared/room.js"
 * @import { Thread } from "./thread.js"
 * @import { Bytes } from "../shared/transfer/wire.js"
 * @import { Outgoing } from "../shared/transfer/outgoing.js"
 * @import { Incoming } from "../shared/transfer/incoming.js"
 */

/** Well below the limit of a message together with its head. */
const PART = 256 * 1024;
/** About 20 ms of a fast connection: enough to keep it busy, little enough to end soon. */
const WINDOW = 2 * 1024 * 1024;
/** Pictures that come without being asked for: each, and all that the thread shows. */
const PICTURE_AT_MOST = 8 * 1024 * 1024;
const PICTURES_AT_MOST = 64 * 1024 * 1024;
const FILES_AT_ONCE = 20;

export class Attachments {
  #room;
  #thread;
  #transfers;
  #sleep;
  /** Bytes of the pictures that were fetched unasked and are in the thread. */
  #pictures = 0;

  /**
   * @param {Room} room
   * @param {Thread} thread
   */
  constructor(room, thread) {
    this.#room = room;
    this.#thread = thread;
    this.#transfers = new Transfers({ part: PART, window: WINDOW, send: (to, data) => this.#send(to, data) });
    this.#sleep = keepAwake(this.#transfers);
    this.#transfers.addEventListener("offered", ({ detail }) => this.#offered(detail));
    this.#transfers.addEventListener("flood", ({ detail }) => this.#flood(detail.from));
    for (const id of room.people.keys()) this.#transfers.come(id);
    room.addEventListener("come", ({ detail }) => this.#transfers.come(detail.person.id));
    room.addEventListener("go", ({ detail }) => this.#transfers.go(detail.person.id));
  }

  /**
   * @param {File[]} files
   * @param {Person | null} person null for everyone
   * @returns {string} why not all were offered, in a sentence, or empty
   */
  offer(files, person) {
    if (files.length > FILES_AT_ONCE)
      return `At most ${FILES_AT_ONCE} files can be sent at once: pack them into one first.`;
    try {
      for (const file of files) this.#show(this.#transfers.offer(file, person?.id ?? null), person);
      return "";
    } catch (failure) {
      return messageOf(failure);
    }
  }

  /**
   * @param {Person} person
   * @param {Data} data
   * @param {boolean} direct
   * @returns {boolean} whether it was about files
   */
  hear(person, data, direct) {
    return this.#transfers.hear(person.id, data, direct);
  }

  leave() {
    this.#transfers.leave();
    this.#sleep();
  }

  /**
   * @param {string | null} to
   * @param {string | Bytes} data
   */
  #send(to, data) {
    if (to === null) return this.#room.send(data);
    const person = this.#room.people.get(to);
    return person !== undefined && this.#room.sendTo(person, data);
  }

  /**
   * @param {Outgoing} outgoing
   * @param {Person | null} person
   */
  #show(outgoing, person) {
    /** @type {OutgoingCard | undefined} */
    let card;
    this.#thread.card({
      id: this.#room.id,
      name: this.#room.name,
      own: true,
      note: person ? `to ${this.#room.label(person)} only` : "",
      open: () => {
        card = new OutgoingCard(outgoing, (id) => this.#nameOf(id));
        return card.element;
      },
      drop: () => {
        outgoing.withdraw();
        card?.drop();
      },
      keep: () => outgoing.state === "offered",
    });
  }

  /** @param {Incoming} incoming */
  #offered(incoming) {
    const name = this.#nameOf(incoming.from);
    const bytes = this.#fetchPicture(incoming);
    /** @type {IncomingCard | undefined} */
    let card;
    this.#thread.card({
      id: incoming.from,
      name,
      note: incoming.direct ? "to you only" : "",
      open: () => {
        card = new IncomingCard(incoming, name);
        return card.element;
      },
      drop: () => {
        this.#pictures -= bytes;
        incoming.cancel();
        card?.drop();
      },
      keep: () => incoming.canCancel,
    });
  }

  /**
   * @param {Incoming} incoming
   * @returns {number} the bytes that it takes
   */
  #fetchPicture(incoming) {
    const { size, mime, canGet } = incoming;
    const fits = size <= PICTURE_AT_MOST && this.#pictures + size <= PICTURES_AT_MOST;
    if (!fits || !canGet || !isPictureType(mime) || this.#transfers.obstacle) return 0;
    this.#pictures += size;
    incoming.get(new MemorySink());
    return size;
  }

  /** @param {string} from */
  #flood(from) {
    this.#thread.note(
      `${this.#nameOf(from)} offers more files than this page remembers: their oldest ones are forgotten.`,
    );
  }

  /** @param {string} id */
  #nameOf(id) {
    const person = this.#room.people.get(id);
    return person ? this.#room.label(person) : "Somebody who has left";
  }
}
