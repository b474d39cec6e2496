/** The messages and what happened between them, newest last, bounded; stays at the end only where the reader is. */

import { nickname } from './people.js';

const LINES_AT_MOST = 1000;
const SAME_BREATH_MS = 120_000;

export class Thread {
  #log = document.getElementById('log');
  #lines = this.#log.querySelector('ol');
  #silence = document.getElementById('silence');
  #button = document.getElementById('unread');
  #below = 0;
  #unseen = 0;
  #following = true;
  #previous = null;
  #title = '';

  constructor() {
    this.#button.addEventListener('click', () => {
      this.#toEnd();
      document.getElementById('message').focus();
    });
    this.#log.addEventListener('scroll', () => {
      this.#following = this.#atEnd;
      if (this.#following) this.#seen();
    });
    new ResizeObserver(() => this.#following && this.#toEnd()).observe(this.#log);
    document.addEventListener('visibilitychange', () => this.#retitle(0));
  }

  /** Empties it for another channel. */
  restart(title) {
    this.#lines.replaceChildren();
    this.#silence.hidden = false;
    this.#previous = null;
    this.#title = title;
    this.#toEnd();
    this.#retitle(0);
  }

  /** @param {{id: string, name: string, text: string, own?: boolean, note?: string}} said `note` marks a direct message */
  said({ id, name, text, own = false, note = '' }) {
    const now = new Date();
    const line = document.createElement('li');
    line.className = `said${own ? ' own' : ''}${note ? ' direct' : ''}`;
    const follows = this.#previous && this.#previous.key === `${id} ${name} ${note}` && now - this.#previous.at < SAME_BREATH_MS;
    if (follows) line.classList.add('follows');
    this.#previous = { key: `${id} ${name} ${note}`, at: now };
    const head = part('header', '');
    head.append(nickname(name), part('span', 'note', note), clock(now));
    line.append(head, part('p', 'text', text));
    this.#silence.hidden = true;
    this.#append(line, own);
    if (!own && document.hidden) this.#retitle(this.#unseen + 1);
  }

  /** @param {...(string | Node)} parts */
  note(...parts) {
    const line = document.createElement('li');
    line.className = 'event';
    line.append(...parts, ' ', clock(new Date()));
    this.#previous = null;
    this.#append(line, false);
  }

  get #atEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    return scrollHeight - scrollTop - clientHeight < 40;
  }

  #append(line, follow) {
    this.#lines.append(line);
    while (this.#lines.childElementCount > LINES_AT_MOST) this.#lines.firstElementChild.remove();
    if (follow || this.#following) return this.#toEnd();
    if (line.classList.contains('said')) this.#below += 1;
    this.#button.textContent = this.#below === 1 ? '1 new message ↓' : `${this.#below} new messages ↓`;
    this.#button.hidden = this.#below === 0;
    return undefined;
  }

  #toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#following = true;
    this.#seen();
  }

  #seen() {
    this.#below = 0;
    this.#button.hidden = true;
  }

  #retitle(unseen) {
    this.#unseen = unseen;
    document.title = unseen ? `(${unseen}) ${this.#title}` : this.#title;
  }
}

function part(tag, name, text) {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}

function clock(now) {
  const time = part('time', '', now.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }));
  time.dateTime = now.toISOString();
  time.title = now.toLocaleString();
  return time;
}
