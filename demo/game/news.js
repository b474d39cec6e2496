/** What has happened: who came, who took whose stars, who left and what stayed behind. */

import { element } from '../shared/element.js';

const LINES_AT_MOST = 6;

export class News {
  #list = document.querySelector('#news ol');

  /** @param {...(Node | string)} words */
  tell(...words) {
    this.#list.append(element('li', {}, ...words));
    while (this.#list.children.length > LINES_AT_MOST) this.#list.firstElementChild.remove();
  }

  clear() {
    this.#list.replaceChildren();
  }
}
