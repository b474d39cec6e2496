/** Says in words and sounds what happens: to the person in the middle of the sky, in the news, and where views differ. */

import { counted, tag } from './scoreboard.js';

const FULL = 'All eight seats are taken. You watch, and play as soon as one is free.';

export class Teller {
  #notice = document.getElementById('notice');
  #views = document.getElementById('views');
  #help = document.getElementById('help');
  #news;
  #sound;
  #isWatching = false;

  /**
   * @param {import('./news.js').News} news
   * @param {import('./sound.js').Sound} sound
   */
  constructor(news, sound) {
    this.#news = news;
    this.#sound = sound;
  }

  /** @param {string} words in the middle of the sky; none to take them away */
  notice(words) {
    this.#notice.textContent = words;
    this.#notice.hidden = !words;
  }

  watches(isWatching) {
    if (isWatching !== this.#isWatching) this.notice(isWatching ? FULL : '');
    this.#isWatching = isWatching;
  }

  took(by, from, stars) {
    if (by.isOwn) this.#help.hidden = true;
    if (by.isOwn) this.#sound.play(from ? 'took' : 'caught');
    if (!from) return;
    if (from.isOwn) this.#sound.play('lost');
    this.#news.tell(name(by, 'You'), ` took ${counted(stars)} from `, name(from, 'you'));
  }

  left(who, seat, stars) {
    const rest = stars === 0 ? '' : ` and left ${counted(stars)} in the sky`;
    this.#news.tell(tag(who, seat), ` has gone${rest}`);
  }

  /** @param {import('./views.js').Views} views @param {(id: string) => string} nameOf */
  views(views, nameOf) {
    const [first, ...more] = views.differences;
    const others = more.length > 0 ? ` and ${more.length} more` : '';
    const words = first ? `Views differ: ${nameOf(first.by)} does not see ${nameOf(first.owner)} as you do (at ${first.seq})${others}.` : past(views.differed);
    if (this.#views.textContent !== words) this.#views.textContent = words;
    this.#views.hidden = !words;
    this.#views.dataset.differs = String(Boolean(first));
  }

  clear() {
    this.#isWatching = false;
    this.#help.hidden = false;
    this.#views.hidden = true;
    this.#news.clear();
    this.notice('');
  }
}

function past(differed) {
  return differed === 0 ? '' : `Views have differed ${differed === 1 ? 'once' : `${differed} times`}. They are equal now.`;
}

function name({ name: text, seat, isOwn }, own) {
  return tag(isOwn ? own : text, seat);
}
