/** Files beside the conference: over a data channel to each person, no faster than it takes them. */

import { keepAwake } from "../shared/transfer/awake.js";
import { IncomingCard, OutgoingCard } from "../shared/transfer/card.js";
import { Transfers } from "../shared/transfer/transfers.js";

/**
 * @import { Room } from "../shared/room.js"
 * @import { Call } from "./call.js"
 * @import { Bytes } from "../shared/transfer/wire.js"
 * @import { Incoming } from "../shared/transfer/incoming.js"
 */

/** Every browser takes messages of this size, with the head of a part; larger ones would keep what is written meanwhile waiting. */
const PART = 60_000;
/** How much may be on its way to this page, in bytes: enough for the fastest home network, with 50 ms to go and come. */
const WINDOW = 1024 * 1024;
/** What is handed to the browser, but not yet sent, in bytes: from the one on it is too much, down to the other it is little. */
const FULL = 512 * 1024;
const LOW = 128 * 1024;

export class SideFiles {
  #room;
  #call;
  #show;
  #note;
  #transfers;
  /** People to whom a channel is open, by id. @type {Set<string>} */
  #reached = new Set();

  /**
   * @param {Room} room
   * @param {Call} call
   * @param {(name: string, card: {element: HTMLElement, drop: () => void}) => void} show
   * @param {(text: string) => void} note
   */
  constructor(room, call, show, note) {
    this.#room = room;
    this.#call = call;
    this.#show = show;
    this.#note = note;
    this.#transfers = new Transfers({
      send: (to, data) => this.#send(to, data),
      ready: (to) => this.#ready(to),
      part: PART,
      window: WINDOW,
    });
    keepAwake(this.#transfers);
    this.#transfers.addEventListener("flood", ({ detail }) => this.#flood(detail.from));
    this.#transfers.addEventListener("offered", ({ detail }) => this.#offered(detail));
    call.addEventListener("link", ({ detail: { person, link } }) => {
      link.addEventListener("channels", () => this.#listen(person.id, link.channels.files));
      this.#listen(person.id, link.channels.files);
    });
    room.addEventListener("go", ({ detail }) => this.#closed(detail.person.id));
  }

  /**
   * To everybody who is here, and who comes while it is offered. Throws an Error with a sentence where that cannot be.
   * @param {File} file
   */
  offer(file) {
    const outgoing = this.#transfers.offer(file);
    this.#show(this.#room.name, new OutgoingCard(outgoing, (id) => this.#label(id)));
  }

  leave() {
    this.#transfers.leave();
  }

  /** @param {Incoming} incoming */
  #offered(incoming) {
    const name = this.#label(incoming.from);
    this.#show(name, new IncomingCard(incoming, name));
  }

  /** @param {string} from */
  #flood(from) {
    this.#note(`${this.#label(from)} offers more files than this page remembers: their oldest ones are forgotten.`);
  }

  /** @param {string} id */
  #label(id) {
    const person = this.#room.people.get(id);
    return person ? this.#room.label(person) : "Somebody who has left";
  }

  /**
   * @param {string} id
   * @param {RTCDataChannel} channel
   */
  #listen(id, channel) {
    if (channel.onmessage) return;
    this.#closed(id);
    channel.bufferedAmountLowThreshold = LOW;
    channel.onmessage = ({ data }) => this.#transfers.hear(id, data);
    channel.onopen = () => this.#opened(id);
    channel.onclose = () => this.#closed(id);
  }

  /** @param {string} id */
  #opened(id) {
    this.#reached.add(id);
    this.#transfers.come(id);
  }

  /** @param {string} id */
  #closed(id) {
    if (this.#reached.delete(id)) this.#transfers.go(id);
  }

  /**
   * @param {string | null} to
   * @param {string | Bytes} data
   */
  #send(to, data) {
    const receivers = to === null ? [...this.#reached] : [to];
    return receivers.map((id) => this.#sendOne(id, data)).some(Boolean);
  }

  /**
   * @param {string} id
   * @param {string | Bytes} data
   */
  #sendOne(id, data) {
    const channel = this.#channel(id);
    if (channel?.readyState !== "open") return false;
    try {
      if (typeof data === "string") channel.send(data);
      else channel.send(data);
      return true;
    } catch {
      // The browser's own buffer is full: the peer takes nothing.
      return false;
    }
  }

  /**
   * @param {string} to
   * @returns {Promise<void> | undefined}
   */
  #ready(to) {
    const channel = this.#channel(to);
    if (channel?.readyState !== "open" || channel.bufferedAmount < FULL) return undefined;
    return new Promise((resolve) => {
      for (const type of ["bufferedamountlow", "close", "closing"])
        channel.addEventListener(type, () => resolve(), { once: true });
    });
  }

  /** @param {string} id */
  #channel(id) {
    return this.#call.links.get(id)?.channels.files;
  }
}
