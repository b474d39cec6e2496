/** One channel with the people in it: who they are, what they say, and coming back after a loss. */

import { decode, hello, say } from './wire.js';

const RETRY_MS = [500, 1000, 2000, 4000, 5000];

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
  #open;
  #socket;
  #since = 0;
  #tries = 0;
  #timer = 0;

  /**
   * @param {() => EventTarget} open makes a socket for the channel; throws SyntaxError where its name is not one
   * @param {string} nick
   */
  constructor(open, nick) {
    super();
    this.#open = open;
    this.nick = nick;
    this.#connect();
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

  retry() {
    clearTimeout(this.#timer);
    if (this.state === 'lost') this.#connect();
  }

  leave() {
    clearTimeout(this.#timer);
    this.state = 'left';
    this.#socket.close();
  }

  #connect() {
    const socket = this.#open();
    this.#socket = socket;
    this.why = '';
    this.#listen(socket, 'open', () => this.#opened());
    this.#listen(socket, 'connect', (event) => this.#met(event.detail.target));
    this.#listen(socket, 'disconnect', (event) => this.#parted(event.detail.target));
    this.#listen(socket, 'message', (event) => this.#heard(event.senderId, event.data, false));
    this.#listen(socket, 'error', (event) => {
      this.why = event.message ?? '';
      this.reason = event.reason ?? '';
    });
    this.#listen(socket, 'close', (event) => this.#closed(event));
  }

  #listen(socket, type, then) {
    socket.addEventListener(type, (event) => {
      if (socket === this.#socket && this.state !== 'left') then(event);
    });
  }

  #opened() {
    const back = this.#since > 0;
    this.#since = performance.now();
    this.#tries = 0;
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

  #closed({ reason }) {
    this.why ||= reason;
    this.people.clear();
    this.#fire('people');
    if (!this.#since) return this.#enter('failed');
    if (this.state === 'open') this.#tell({ type: 'lost' });
    const wait = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)];
    this.#tries += 1;
    this.#timer = setTimeout(() => this.retry(), wait);
    return this.#enter('lost');
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
