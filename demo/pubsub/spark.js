/** A line of the last minute's rates. */

const SECONDS = 60;

export class Spark {
  #image;
  #line;
  #most;
  #rates = [];

  /**
   * @param {SVGElement} image with a `polyline`
   * @param {HTMLElement} most says what the top of the image stands for
   */
  constructor(image, most) {
    this.#image = image;
    this.#line = image.querySelector('polyline');
    this.#most = most;
  }

  /** Adds the rate of one more second. */
  push(rate) {
    this.#rates.push(rate);
    if (this.#rates.length > SECONDS) this.#rates.shift();
    const most = Math.max(...this.#rates, 1);
    const first = SECONDS - this.#rates.length;
    this.#line.setAttribute('points', this.#rates.map((one, second) => `${first + second},${(1 - one / most).toFixed(3)}`).join(' '));
    const words = Math.round(most).toLocaleString('en');
    this.#most.textContent = `${words} /s`;
    this.#image.ariaLabel = `Messages a second in the last minute: at most ${words}`;
  }

  clear() {
    this.#rates = [];
    this.push(0);
  }
}
