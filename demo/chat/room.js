/** One channel with the people in it: who they are, what they say, and whether they can be reached. */

import { decode, hello, say } from './wire.js';

/** @typedef {{id: string, nick: string, peer: EventTarget}} Person */

/**
 * Fires `state` (after `state` changed), `people` (someone came, went or changed name) and `event`, whose detail is one of
 * `{type: 'came' | 'left', person}`, `{type: 'renamed', person, before}`, `{type: 'said', person, text, direct}`,
 * `{type: 'lost'}`, `{type: 'back'}`.
 */
export class Room extends EventTarget {
  /** @type {'connecting' | 'open' | 'lost' | 'failed' | 'left'} */
  state = 'connecting';
  /** Why it failed or was lost, as far as known. */
  why = '';
  /** The same as a word of the library's. */
  reason = '';
  /** @type {Map<string, Person>} */
  people = new Map();
  #socket;
  #since = 0;

  /**
   * @param {EventTarget} socket of the channel, with the option `reconnect`
   * @param {string} nick
   */
  constructor(socket, nick) {
    super();
    this.#socket = socket;
    this.nick = nick;
    this.#listen('open', () => this.#opened());
    this.#listen('connect', (event) => this.#met(event.detail.target));
    this.#listen('disconnect', (event) => this.#parted(event.detail.target));
    this.#listen('message', (event) => this.#heard(event.senderId, event.data, false));
    this.#listen('error', (event) => this.#failed(event));
    this.#listen('reconnecting', () => this.#lost());
    this.#listen('close', () => this.#enter('failed'));
  }

  get id() {
    return this.#socket.id;
  }

  rename(nick) {
    this.nick = nick;
    if (this.state === 'open') this.#socket.send(this.#hello());
    this.#fire('people');
  }

  /** @param {Person | null} person null for everyone */
  say(text, person) {
    (person ? person.peer : this.#socket).send(say(text));
  }

  leave() {
    this.state = 'left';
    this.#socket.close();
  }

  #listen(type, then) {
    this.#socket.addEventListener(type, (event) => {
      if (this.state !== 'left') then(event);
    });
  }

  #opened() {
    const back = this.#since > 0;
    this.#since = performance.now();
    this.why = '';
    this.#enter('open');
    if (back) this.#tell({ type: 'back' });
  }

  #met(peer) {
    this.people.set(peer.id, { id: peer.id, nick: '', peer });
    peer.addEventListener('open', () => peer.send(this.#hello()));
    peer.addEventListener('message', (event) => this.#heard(peer.id, event.data, true));
    this.#fire('people');
  }

  #parted(peer) {
    const person = this.people.get(peer.id);
    this.people.delete(peer.id);
    queueMicrotask(() => {
      if (this.state !== 'open' || this.#socket.readyState !== 1) return;
      this.#fire('people');
      if (person?.nick) this.#tell({ type: 'left', person });
    });
  }

  #heard(id, data, direct) {
    const person = this.people.get(id);
    const said = person && decode(data);
    if (said?.type === 'hello') this.#named(person, said);
    else if (said?.type === 'say') this.#tell({ type: 'said', person, text: said.text, direct });
  }

  #named(person, { nick, here }) {
    const before = person.nick;
    if (before === nick) return;
    person.nick = nick;
    this.#fire('people');
    if (before) this.#tell({ type: 'renamed', person, before });
    else if (here < performance.now() - this.#since) this.#tell({ type: 'came', person });
  }

  /** Who never got in is told at once; else this may be about one message, or a loss that passes. */
  #failed({ reason, message }) {
    if (this.state === 'open') return;
    this.why = message;
    this.reason = reason;
    this.#enter(this.#since ? 'lost' : 'failed');
  }

  #lost() {
    if (this.state !== 'open') return;
    this.people.clear();
    this.#fire('people');
    this.#tell({ type: 'lost' });
    this.#enter('lost');
  }

  #hello() {
    return hello(this.nick, Math.round(performance.now() - this.#since));
  }

  #enter(state) {
    this.state = state;
    this.#fire('state');
  }

  #tell(detail) {
    this.dispatchEvent(new CustomEvent('event', { detail }));
  }

  #fire(type) {
    this.dispatchEvent(new Event(type));
  }
}
