/** Lets the others be heard: through the chosen speaker, and with a press of a button where the browser wants one first. */

import { element } from "../shared/element.js";
import { nameOf } from "../shared/failure.js";

/** @import { Notices } from "./notices.js" */

export class Playback {
  #notices;
  #speaker;
  /** @type {Set<HTMLAudioElement>} */
  #sounds = new Set();

  /**
   * @param {Notices} notices
   * @param {string} speaker device id, empty for the system's choice
   */
  constructor(notices, speaker) {
    this.#notices = notices;
    this.#speaker = speaker;
  }

  /** @param {HTMLAudioElement} sound */
  async play(sound) {
    this.#sounds.add(sound);
    if (this.#speaker) this.#direct(sound);
    try {
      await sound.play();
    } catch (error) {
      if (nameOf(error) === "NotAllowedError") this.#offerSound();
    }
  }

  /** @param {string} speaker device id, empty for the system's choice */
  choose(speaker) {
    this.#speaker = speaker;
    for (const sound of this.#present()) this.#direct(sound);
  }

  /** @param {HTMLAudioElement} sound */
  #direct(sound) {
    sound.setSinkId?.(this.#speaker).catch(() => {
      this.#notices.tell(
        "The speaker that was chosen cannot be used: the usual one is. Choose another one under Devices.",
      );
    });
  }

  #offerSound() {
    this.#notices.tell(
      "The browser plays no sound before you press something on this page.",
      element("button", {
        type: "button",
        className: "primary",
        textContent: "Turn the sound on",
        onclick: () => this.#unmute(),
      }),
    );
  }

  #unmute() {
    for (const sound of this.#present()) {
      this.play(sound);
    }
  }

  #present() {
    for (const sound of this.#sounds) if (!sound.isConnected) this.#sounds.delete(sound);
    return this.#sounds;
  }
}
