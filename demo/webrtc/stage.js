/** The grid of tiles: oneself, and one for each person from coming to going. */

import { diagnose, diagnoseSilence } from './health.js';
import { presenceOf } from './presence.js';
import { Quiet } from './quiet.js';
import { Speaking } from './speaking.js';
import { Tile } from './tile.js';

export class Stage {
  /** By the id of the person. @type {Map<string, {person: object, tile: Tile, link: import('./link.js').Link | null, speaking: Speaking, quiet: Quiet, why: string}>} */
  places = new Map();
  #own = new Tile({ isOwn: true });
  #ownSpeaking = new Speaking();
  #list;
  #room;
  #media;
  #play;

  /**
   * @param {Element} list
   * @param {{room: object, call: import('./call.js').Call, media: import('./media.js').Media, play: (sound: HTMLAudioElement) => void}} parts
   */
  constructor(list, { room, call, media, play }) {
    this.#list = list;
    this.#room = room;
    this.#media = media;
    this.#play = play;
    list.replaceChildren(this.#own.element);
    room.addEventListener('go', ({ detail }) => this.#go(detail.person));
    for (const type of ['people', 'changed']) room.addEventListener(type, () => this.#label());
    call.addEventListener('link', ({ detail }) => this.#follow(detail));
    call.addEventListener('unable', ({ detail }) => this.#cannot(detail));
    call.addEventListener('voice', () => this.#listen());
    this.showOwn();
    this.#label();
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
    for (const { tile } of this.places.values()) tile.remove();
    this.places.clear();
    this.#own.remove();
  }

  #go({ id }) {
    this.places.get(id)?.tile.remove();
    this.places.delete(id);
    this.#arrange();
  }

  #follow({ person, link }) {
    const place = this.#place(person);
    Object.assign(place, { link, why: '' });
    link.addEventListener('tracks', () => {
      place.tile.play(link.tracks);
      if (link.tracks.audio) this.#play(place.tile.sound);
    });
    link.addEventListener('state', () => this.#settle(place));
    this.#settle(place);
  }

  #cannot({ person, why }) {
    const place = this.#place(person);
    place.why = why;
    this.#settle(place);
  }

  #place(person) {
    const present = this.places.get(person.id);
    if (present) return present;
    const place = { person, tile: new Tile(), link: null, speaking: new Speaking(), quiet: new Quiet(), why: '' };
    this.places.set(person.id, place);
    this.#list.append(place.tile.element);
    this.#label();
    return place;
  }

  #settle(place) {
    const { person, tile, link, why, quiet } = place;
    const isConnected = link?.state === 'connected';
    tile.show(presenceOf(person), link && !isConnected ? 'connecting…' : '');
    if (!link) return tile.complain(why);
    const now = performance.now();
    if (isConnected && link.measured) quiet.observe(presenceOf(person), link.measured.totals, now);
    else quiet.reset();
    const name = this.#room.label(person);
    const found = diagnose({ ...factsOf(link, now), name, isConnected, hasDevices: this.#media.wasGranted });
    if (found) return tile.complain(found.text, found.tried, () => link.renew());
    return tile.complain(isConnected ? diagnoseSilence({ name, quiet: quiet.since(now) }) : '');
  }

  #label() {
    this.#own.name(this.#room.name);
    for (const { person, tile } of this.places.values()) tile.name(this.#room.label(person));
    this.examine();
    this.#arrange();
  }

  /** As near to squares as the window allows; the style sheet turns it where that is high. */
  #arrange() {
    const count = this.places.size + 1;
    const columns = Math.ceil(Math.sqrt(count));
    this.#list.style.setProperty('--columns', String(columns));
    this.#list.style.setProperty('--rows', String(Math.ceil(count / columns)));
  }

  #listen() {
    const now = performance.now();
    for (const { tile, link, speaking } of this.places.values()) tile.isSpeaking = speaking.hear(link?.level, now);
  }
}

function factsOf({ since, wasConnected, isHeard, addresses, refusal }, now) {
  return { waited: now - since, wasConnected, isHeard, addresses, refusal };
}
