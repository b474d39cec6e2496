/** Where the person steers: by arrow keys or WASD, or towards the finger or the pressed mouse. */

/** @import { Place } from "./field.js" */

/** The way of each key, by its code. @type {Record<string, [x: number, y: number]>} */
const KEYS = {
  ArrowUp: [0, -1],
  KeyW: [0, -1],
  ArrowDown: [0, 1],
  KeyS: [0, 1],
  ArrowLeft: [-1, 0],
  KeyA: [-1, 0],
  ArrowRight: [1, 0],
  KeyD: [1, 0],
};
const FULL = 127;
/** From the comet to the finger, in pixels: nearer than this it rests, from there on it has full thrust. */
const REST_PX = 10;
const FULL_PX = 90;

export class Steering {
  /** @type {Set<string>} */
  #pressed = new Set();
  /** Since the last tick: a short tap counts too. @type {Set<string>} */
  #tapped = new Set();
  /** @type {Place | null} */
  #pointer = null;
  #canvas;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    addEventListener("keydown", (event) => this.#down(event));
    addEventListener("keyup", ({ code }) => this.#pressed.delete(code));
    addEventListener("blur", () => this.release());
    document.addEventListener("visibilitychange", () => this.release());
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#point(event);
    });
    canvas.addEventListener("pointermove", (event) => this.#pointer && this.#point(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
      canvas.addEventListener(end, () => {
        this.#pointer = null;
      });
  }

  release() {
    this.#pressed.clear();
    this.#tapped.clear();
    this.#pointer = null;
  }

  /**
   * @param {Place} comet where it is drawn, in pixels
   * @returns {{x: number, y: number}} on the screen, each -127 to 127
   */
  towards(comet) {
    const keys = new Set([...this.#pressed, ...this.#tapped]);
    this.#tapped.clear();
    if (keys.size > 0) return byKeys(keys);
    if (!this.#pointer) return { x: 0, y: 0 };
    const [x, y] = [this.#pointer.x - comet.x, this.#pointer.y - comet.y];
    const distance = Math.hypot(x, y);
    return distance < REST_PX ? { x: 0, y: 0 } : scaled(x, y, Math.min(distance / FULL_PX, 1) / distance);
  }

  /** @param {KeyboardEvent} event */
  #down(event) {
    if (!KEYS[event.code] || this.#canvas.clientWidth === 0 || isElsewhere(event)) return;
    event.preventDefault();
    this.#pressed.add(event.code);
    this.#tapped.add(event.code);
  }

  /** @param {PointerEvent} event */
  #point({ clientX, clientY }) {
    const { left, top } = this.#canvas.getBoundingClientRect();
    this.#pointer = { x: clientX - left, y: clientY - top };
  }
}

/** @param {Set<string>} keys */
function byKeys(keys) {
  const ways = [...keys].map((code) => KEYS[code]);
  const [x, y] = [0, 1].map((axis) => Math.sign(ways.reduce((sum, way) => sum + way[axis], 0)));
  return scaled(x, y, 1 / (Math.hypot(x, y) || 1));
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} factor
 */
function scaled(x, y, factor) {
  return { x: Math.round(x * factor * FULL), y: Math.round(y * factor * FULL) };
}

/**
 * A key that means something else where it is pressed.
 * @param {KeyboardEvent} event
 */
function isElsewhere({ target, ctrlKey, metaKey, altKey }) {
  return (
    ctrlKey ||
    metaKey ||
    altKey ||
    (target instanceof Element && target.closest("input, select, textarea, dialog") !== null)
  );
}
