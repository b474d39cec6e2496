/** One person in the grid: picture or initial, name, what is off, whether they speak, and what is wrong. */

import { element } from "../shared/element.js";
import { hueOf, nameTag } from "../shared/names.js";

/** @typedef {{sound: boolean, picture: '' | 'camera' | 'screen'}} Presence what a person has switched on */

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

  name(name) {
    if (this.#name.textContent === name) return;
    this.#name.replaceChildren(nameTag(name), this.#isOwn ? " (you)" : "");
    this.#initial.textContent = [...name][0].toUpperCase();
    this.#initial.className = `initial hue-${hueOf(name)}`;
    this.video.ariaLabel = `Picture of ${name}`;
  }

  /** @param {Presence} presence */
  show({ sound, picture }, note = "") {
    this.element.dataset.picture = picture;
    this.element.classList.toggle("muted", !sound);
    this.#remark.textContent = [note, picture === "screen" && "screen", !sound && "microphone off"]
      .filter(Boolean)
      .join(" · ");
  }

  /** @param {Record<'audio' | 'video', MediaStreamTrack | null>} tracks */
  play({ audio, video }) {
    attach(this.video, video);
    attach(this.sound, audio);
  }

  set isSpeaking(is) {
    this.element.classList.toggle("speaking", is);
  }

  /**
   * @param {string} text empty where nothing is wrong
   * @param {string[]} [tried] addresses
   * @param {() => void} [again]
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

  /** Whether the picture works: then a complaint stands below it, not before it. */
  leavePicture(works) {
    this.#trouble.classList.toggle("aside", works);
  }

  remove() {
    this.play({ audio: null, video: null });
    this.element.remove();
  }
}

function attach(player, track) {
  if (track !== (player.srcObject?.getTracks()[0] ?? null)) player.srcObject = track && new MediaStream([track]);
}

function list(tried) {
  return element(
    "details",
    {},
    element("summary", { textContent: "What was tried" }),
    element("ul", {}, ...tried.map((textContent) => element("li", { textContent }))),
  );
}
