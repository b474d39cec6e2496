/** Publish and subscribe over one room: everyone keeps the last value of each topic, and all end up with the same. */

import { fits, Ledger, VALUE_AT_MOST } from "./ledger.js";
import { Replica } from "./replica.js";
import { isPattern, isTopic, matcher, TOPIC_AT_MOST } from "./topic.js";

/**
 * @import { Entry } from "./ledger.js"
 * @import { ReplicaRoom } from "./replica.js"
 */

/**
 * Hears each new last value, in the order of their clocks: one that has lost a race is not told. `undefined`: the topic was cleared.
 * Anyone can publish anything, so a value has to be checked.
 * @typedef {(value: unknown, topic: string, entry: Entry) => void} Listener
 */

export class Hub {
  #ledger;
  #replica;
  /** The last own id. Before the first connection there is none. */
  #id = "-";
  /** @type {Set<{pattern: string, fits: (topic: string) => boolean, listener: Listener}>} */
  #subscriptions = new Set();

  /**
   * @param {ReplicaRoom} room that is not open yet
   * @param {Ledger} [ledger]
   */
  constructor(room, ledger = new Ledger()) {
    this.#ledger = ledger;
    this.#replica = new Replica(room, ledger, (entry) => this.#deliver(entry));
    room.addEventListener("state", () => {
      this.#id = room.id || this.#id;
    });
  }

  /**
   * Gives a topic a value of JSON, or clears it by `undefined`. One's own subscribers hear of it, too.
   * @param {string} topic
   * @param {unknown} value
   * @returns {boolean} false where there is no connection: the others hear of it after the next one, unless they have newer
   */
  publish(topic, value) {
    if (!isTopic(topic)) throw new RangeError(`A topic has 1 to ${TOPIC_AT_MOST} characters, none of them + or #.`);
    const text = JSON.stringify(value);
    const isJson = (text === undefined) === (value === undefined);
    if (!isJson || !fits(value)) throw new RangeError(`A value is JSON of at most ${VALUE_AT_MOST} characters.`);
    return this.#replica.put({
      topic,
      clock: this.#ledger.clock + 1,
      by: this.#id,
      value: text && JSON.parse(text),
    });
  }

  /**
   * Calls a listener with the last value of each topic that fits a pattern: with those that there are at once, with others as they come.
   * @param {string} pattern
   * @param {Listener} listener
   * @returns {() => void} ends it
   */
  subscribe(pattern, listener) {
    if (!isPattern(pattern))
      throw new RangeError("In a pattern, + stands for one level between slashes, and # for the rest.");
    const subscription = { pattern, fits: matcher(pattern), listener };
    this.#subscriptions.add(subscription);
    for (const entry of [...this.#ledger.entries.values()]) {
      if (entry.value !== undefined && subscription.fits(entry.topic)) listener(entry.value, entry.topic, entry);
    }
    return () => this.#subscriptions.delete(subscription);
  }

  /**
   * Ends all that was subscribed with this pattern and listener.
   * @param {string} pattern
   * @param {Listener} listener
   */
  unsubscribe(pattern, listener) {
    for (const one of this.#subscriptions) {
      if (one.pattern === pattern && one.listener === listener) this.#subscriptions.delete(one);
    }
  }

  /** Compares with the others now, not only every two seconds. */
  compare() {
    this.#replica.compare();
  }

  close() {
    this.#replica.close();
    this.#subscriptions.clear();
  }

  /** @param {Entry} entry */
  #deliver(entry) {
    for (const { fits: isWanted, listener } of this.#subscriptions)
      if (isWanted(entry.topic)) listener(entry.value, entry.topic, entry);
  }
}
