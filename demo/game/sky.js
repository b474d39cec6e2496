/** Draws the sky on a canvas: comets, tails and stars. Glows are painted once and copied. */

import { HEIGHT, POINT, WIDTH } from "./field.js";

/**
 * @import { Place } from "./field.js"
 * @import { ShownComet, ShownStar } from "./shown.js"
 */

/** By seat: the colours of the page in the dark, as the sky is dark always. */
const HUES = ["#f0917d", "#dfb25c", "#a9c762", "#74cb92", "#66c6d6", "#8fb6f5", "#bda4f5", "#ee93c5"];
const FREE = "#ffedc2";
const DENSITY_MAX = 2;
const MARGIN_PX = 8;
/** Radii in points of the field. */
const COMET = 38;
const STAR = 18;
const FREE_STAR = 20;
const TRAIL_POINTS = 16;
/** So many of them are one line: each line costs time. */
const BAND = 8;
/**
 * Width in points and strength: a glow, and a thread in it.
 * @type {[width: number, strength: number][]}
 */
const RIBBON = [
  [14, 0.14],
  [3, 0.5],
];
const DUST = 170;
const LABEL_LETTERS = 18;
/** @type {[x: number, y: number][]} */
const CROWN = [
  [-9, 0],
  [-11, -11],
  [-4.5, -5],
  [0, -13],
  [4.5, -5],
  [11, -11],
  [9, 0],
];

export class Sky {
  #canvas;
  #dust;
  #brush;
  #calm = matchMedia("(prefers-reduced-motion: reduce)");
  /** Pixels of the canvas for a unit of the field, and whether the field lies on its side. */
  #scale = 1;
  #upright = false;
  #density = 1;
  /** @type {Map<string, HTMLCanvasElement>} */
  #glows = new Map();
  /** Where each comet was at the last drawings. @type {Map<string, Place[]>} */
  #trails = new Map();

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLCanvasElement} dust behind it
   */
  constructor(canvas, dust) {
    this.#canvas = canvas;
    this.#dust = dust;
    this.#brush = brushOf(canvas);
    const frame = canvas.parentElement;
    if (frame) new ResizeObserver(() => this.#fit(frame)).observe(frame);
  }

  /**
   * From a place on the field to pixels of the page, in the canvas.
   * @param {Place} at
   */
  place({ x, y }) {
    const [left, top] = this.#project(x, y);
    return { x: left / this.#density, y: top / this.#density };
  }

  /**
   * From a direction on the screen to one on the field.
   * @param {Place} direction
   */
  direction({ x, y }) {
    return this.#upright ? { dx: y, dy: -x } : { dx: x, dy: y };
  }

  /**
   * @param {{comets: ShownComet[], stars: ShownStar[]}} shown
   * @param {(id: string) => string} label
   * @param {string} own
   * @param {number} now in milliseconds
   */
  draw({ comets, stars }, label, own, now) {
    const brush = this.#brush;
    brush.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    const seats = new Map(comets.map(({ id, seat }) => [id, seat]));
    for (const id of this.#trails.keys()) if (!seats.has(id)) this.#trails.delete(id);
    for (const comet of comets) this.#drawTrail(comet);
    for (const comet of comets) this.#drawRibbon(comet, stars);
    for (const star of stars) this.#drawStar(star, seats.get(star.owner), now);
    for (const comet of comets) this.#drawComet(comet, comet.id === own);
    const size = this.#beginLabels();
    for (const comet of comets) this.#drawLabel(comet, label(comet.id), size, comet.id === own);
  }

  /** @param {HTMLElement} frame */
  #fit(frame) {
    const { clientWidth, clientHeight } = frame;
    const [width, height] = [clientWidth - 2 * MARGIN_PX, clientHeight - 2 * MARGIN_PX];
    if (width <= 0 || height <= 0) return;
    this.#upright = height > width;
    const [across, down] = this.#upright ? [HEIGHT, WIDTH] : [WIDTH, HEIGHT];
    const scale = Math.min(width / across, height / down);
    this.#density = Math.min(devicePixelRatio, DENSITY_MAX);
    this.#scale = scale * this.#density;
    for (const canvas of [this.#canvas, this.#dust]) {
      canvas.width = Math.round(across * this.#scale);
      canvas.height = Math.round(down * this.#scale);
      canvas.style.width = `${across * scale}px`;
      canvas.style.height = `${down * scale}px`;
    }
    frame.style.setProperty("--above", `${(clientHeight - down * scale) / 2}px`);
    this.#glows.clear();
    this.#drawDust();
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {[left: number, top: number]}
   */
  #project(x, y) {
    return this.#upright ? [(HEIGHT - y) * this.#scale, x * this.#scale] : [x * this.#scale, y * this.#scale];
  }

  /**
   * Points of the field in pixels of the canvas. On a small screen things stay big enough to be
   * seen.
   * @param {number} points
   */
  #size(points) {
    return points * Math.max(this.#scale * POINT, 0.62 * this.#density);
  }

  /** @param {ShownComet} comet */
  #drawTrail({ id, seat, x, y }) {
    if (this.#calm.matches) return;
    const trail = this.#trails.get(id) ?? [];
    this.#trails.set(id, trail);
    trail.push({ x, y });
    if (trail.length > TRAIL_POINTS) trail.shift();
    const brush = this.#brush;
    brush.strokeStyle = HUES[seat];
    brush.lineCap = "round";
    for (let from = 0; from < trail.length - 1; from += BAND) {
      const strength = (from + BAND) / TRAIL_POINTS;
      brush.globalAlpha = 0.4 * strength;
      brush.lineWidth = this.#size(9) * strength;
      brush.beginPath();
      for (const place of trail.slice(from, from + BAND + 1)) brush.lineTo(...this.#project(place.x, place.y));
      brush.stroke();
    }
    brush.globalAlpha = 1;
  }

  /**
   * What holds a tail together.
   * @param {ShownComet} comet
   * @param {ShownStar[]} stars
   */
  #drawRibbon({ id, seat, x, y, tail }, stars) {
    const held = tail.map((number) => stars[number]).filter(({ owner }) => owner === id);
    if (held.length === 0) return;
    const brush = this.#brush;
    brush.beginPath();
    for (const place of [{ x, y }, ...held]) brush.lineTo(...this.#project(place.x, place.y));
    brush.strokeStyle = HUES[seat];
    brush.lineJoin = "round";
    for (const [width, alpha] of RIBBON) {
      brush.globalAlpha = alpha;
      brush.lineWidth = this.#size(width);
      brush.stroke();
    }
    brush.globalAlpha = 1;
  }

  /**
   * @param {ShownStar} star
   * @param {number | undefined} seat
   * @param {number} now
   */
  #drawStar({ number, x, y }, seat, now) {
    const twinkle = this.#calm.matches ? 1 : 1 + 0.12 * Math.sin(now / 300 + number * 1.7);
    const radius = (seat === undefined ? FREE_STAR : STAR) * twinkle;
    this.#copy(seat === undefined ? FREE : HUES[seat], x, y, radius);
  }

  /**
   * @param {ShownComet} comet
   * @param {boolean} isOwn
   */
  #drawComet({ seat, x, y, stars }, isOwn) {
    this.#copy(HUES[seat], x, y, COMET + Math.min(stars, 16) / 2);
    if (!isOwn) return;
    const brush = this.#brush;
    brush.strokeStyle = "#fff";
    brush.globalAlpha = 0.75;
    brush.lineWidth = this.#size(1.4);
    brush.beginPath();
    brush.arc(...this.#project(x, y), this.#size(16), 0, 2 * Math.PI);
    brush.stroke();
    brush.globalAlpha = 1;
  }

  /** @returns {number} how high letters are */
  #beginLabels() {
    const size = Math.max(12 * this.#density, this.#size(15));
    Object.assign(this.#brush, {
      font: `600 ${size}px system-ui, sans-serif`,
      textAlign: "center",
      textBaseline: "top",
    });
    return size;
  }

  /**
   * @param {ShownComet} comet
   * @param {string} name
   * @param {number} size
   * @param {boolean} isOwn
   */
  #drawLabel({ seat, x, y, isCrowned }, name, size, isOwn) {
    const brush = this.#brush;
    const [left, top] = this.#project(x, y);
    brush.fillStyle = isOwn ? "#fff" : HUES[seat];
    const letters = [...name];
    const short = letters.length > LABEL_LETTERS ? `${letters.slice(0, LABEL_LETTERS - 1).join("")}…` : name;
    const room = brush.measureText(short).width / 2 + 4;
    const below = top + this.#size(20) + size < this.#canvas.height;
    const middle = Math.min(Math.max(left, room), this.#canvas.width - room);
    brush.fillText(short, middle, below ? top + this.#size(20) : top - this.#size(20) - size);
    if (isCrowned) this.#drawCrown(left, top - this.#size(20));
  }

  /**
   * @param {number} left
   * @param {number} top
   */
  #drawCrown(left, top) {
    const brush = this.#brush;
    brush.fillStyle = "#ffd65c";
    brush.beginPath();
    for (const [x, y] of CROWN) brush.lineTo(left + this.#size(x), top + this.#size(y));
    brush.closePath();
    brush.fill();
  }

  /**
   * @param {string} colour
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   */
  #copy(colour, x, y, radius) {
    const [left, top] = this.#project(x, y);
    const half = this.#size(radius);
    this.#brush.drawImage(this.#glow(colour), left - half, top - half, 2 * half, 2 * half);
  }

  /** @param {string} colour */
  #glow(colour) {
    const known = this.#glows.get(colour);
    if (known) return known;
    const painted = glow(colour, Math.ceil(this.#size(COMET)));
    this.#glows.set(colour, painted);
    return painted;
  }

  /** Far stars that mean nothing: the same at each size. */
  #drawDust() {
    const brush = brushOf(this.#dust);
    for (let grain = 1; grain <= DUST; grain += 1) {
      const [left, top] = this.#project(((grain * 0.8192) % 1) * WIDTH, ((grain * 0.6711) % 1) * HEIGHT);
      brush.globalAlpha = 0.15 + ((grain * 0.37) % 1) * 0.35;
      brush.fillStyle = "#cdd6f4";
      brush.beginPath();
      brush.arc(left, top, (0.4 + ((grain * 0.61) % 1) * 0.7) * this.#density, 0, 2 * Math.PI);
      brush.fill();
    }
  }
}

/** @param {HTMLCanvasElement} canvas */
function brushOf(canvas) {
  const brush = canvas.getContext("2d");
  if (!brush) throw new Error("This browser cannot draw.");
  return brush;
}

/**
 * @param {string} colour
 * @param {number} radius
 */
function glow(colour, radius) {
  const canvas = document.createElement("canvas");
  canvas.width = 2 * radius;
  canvas.height = 2 * radius;
  const brush = brushOf(canvas);
  const light = brush.createRadialGradient(radius, radius, 0, radius, radius, radius);
  /** @type {[at: number, shade: string][]} */
  const shades = [
    [0, "#fff"],
    [0.16, "#fff"],
    [0.26, colour],
    [0.42, `${colour}59`],
    [1, `${colour}00`],
  ];
  for (const [at, shade] of shades) light.addColorStop(at, shade);
  brush.fillStyle = light;
  brush.fillRect(0, 0, 2 * radius, 2 * radius);
  return canvas;
}
