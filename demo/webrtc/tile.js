/** One person in the grid: picture or initial, name, what is off, whether they speak, and what is wrong. */

import { element } from "../shared/element.js";
import { hueOf, nameTag } from "../shared/names.js";

/**
 * @import { Sent } from "./link.js"
 * @import { Presence } from "./presence.js"
 */

export class Tile {
  video = element("video", { autoplay: true, playsInline: true, muted: true, disablePictureInPicture: true });
  /** Apart from the picture: an element with both is silent for as long as a camera that is off sends no frame. */
  sound = element("audio", { autoplay: true });
  #initial = element("span", { className: "initial", ariaHidden: "true" });
  #name = element("span", { className: "who" });
  #remark = element("span", { className: "remark" });
  #trouble = element("div", { className: "trouble-text", hidden: true });
  #isOwn;

  /** @param {{isOwn?: boolean}} [options] */
  constructor({ isOwn = false } = {}) {
    this.#isOwn = isOwn;
    const caption = element("p", { className: "caption" }, this.#name, this.#remark);
    this.element = element(
      "li",
      { className: `tile${isOwn ? " own" : ""}` },
      this.#initial,
      this.video,
      this.sound,
      this.#trouble,
      caption,
    );
  }

  /** @param {string} name */
  name(name) {
    if (this.#name.textContent === name) return;
    this.#name.replaceChildren(nameTag(name), this.#isOwn ? " (you)" : "");
    this.#initial.textContent = (Array.from(name)[0] ?? "").toUpperCase();
    this.#initial.className = `initial hue-${hueOf(name)}`;
    this.video.ariaLabel = `Picture of ${name}`;
  }

  /**
   * @param {Presence} presence
   * @param {string} [note]
   */
  show({ sound, picture }, note = "") {
    this.element.dataset.picture = picture;
    this.element.classList.toggle("muted", !sound);
    this.#remark.textContent = [note, picture === "screen" && "screen", !sound && "microphone off"]
      .filter(Boolean)
      .join(" · ");
  }

  /** @param {Sent} tracks */
  play({ audio, video }) {
    attach(this.video, video);
    attach(this.sound, audio);
  }

  /** @param {boolean} is */
  set isSpeaking(is) {
    this.element.classList.toggle("speaking", is);
  }

  /**
   * @param {string} text empty where nothing is wrong
   * @param {string[]} [tried] addresses
   * @param {(() => void) | null} [again]
   */
  complain(text, tried = [], again = null) {
    const key = [text, ...tried].join("\n");
    if (this.#trouble.dataset.key === key) return;
    this.#trouble.dataset.key = key;
    this.#trouble.hidden = !text;
    this.#trouble.replaceChildren(element("p", { textContent: text }));
    if (tried.length) this.#trouble.append(list(tried));
    if (again) this.#trouble.append(element("button", { type: "button", textContent: "Try again", onclick: again }));
  }

  /**
   * Whether the picture works: then a complaint stands below it, not before it.
   * @param {boolean} works
   */
  leavePicture(works) {
    this.#trouble.classList.toggle("aside", works);
  }

  remove() {
    this.play({ audio: null, video: null });
    this.element.remove();
  }
}

/**
 * @param {HTMLMediaElement} player
 * @param {MediaStreamTrack | null} track
 */
function attach(player, track) {
  const { srcObject } = player;
  const present = srcObject instanceof MediaStream ? srcObject.getTracks()[0] : undefined;
  if (track !== (present ?? null)) player.srcObject = track && new MediaStream([track]);
}

/** @param {string[]} tried */
function list(tried) {
  return element(
    "details",
    {},
    element("summary", { textContent: "What was tried" }),
    element("ul", {}, ...tried.map((textContent) => element("li", { textContent }))),
  );
}
