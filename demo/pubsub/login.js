/** A log-in that all windows share: the last value of one topic. */

import { cleanName, nameTag } from '../shared/names.js';

const TOPIC = 'session';

export class Login {
  #state = document.getElementById('login-state');
  #button = document.getElementById('login');
  #hub = null;
  #room = null;
  #user = '';

  constructor() {
    this.#button.addEventListener('click', () => this.#hub.publish(TOPIC, this.#user ? undefined : { user: this.#room.name }));
  }

  /** @param {import('./hub.js').Hub<{session: {user: string}}>} hub */
  follow(hub, room) {
    this.#hub = hub;
    this.#room = room;
    this.#show('');
    hub.subscribe(TOPIC, (value) => this.#show(userOf(value)));
    room.addEventListener('people', () => this.#show(this.#user));
  }

  #show(user) {
    this.#user = user;
    this.#state.replaceChildren(...(user ? [nameTag(user), ' is logged in.'] : ['Nobody is logged in.']));
    this.#state.classList.toggle('in', user !== '');
    this.#button.textContent = user ? 'Log out' : `Log in as ${this.#room.name}`;
  }
}

/** Anyone can publish anything. */
function userOf(value) {
  return typeof value?.user === 'string' ? cleanName(value.user) : '';
}
