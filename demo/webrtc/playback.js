/** Lets the others be heard: through the chosen speaker, and with a press of a button where the browser wants one first. */

import { element } from '../shared/element.js';

export class Playback {
  #notices;
  #speaker;
  #videos = new Set();

  /**
   * @param {import('./notices.js').Notices} notices
   * @param {string} speaker device id, empty for the system's choice
   */
  constructor(notices, speaker) {
    this.#notices = notices;
    this.#speaker = speaker;
  }

  /** @param {HTMLVideoElement} video */
  async play(video) {
    this.#videos.add(video);
    if (this.#speaker) this.#direct(video);
    try {
      await video.play();
    } catch (error) {
      if (error.name === 'NotAllowedError') this.#playSilently(video);
    }
  }

  /** @param {string} speaker device id, empty for the system's choice */
  choose(speaker) {
    this.#speaker = speaker;
    for (const video of this.#present()) this.#direct(video);
  }

  #direct(video) {
    video.setSinkId?.(this.#speaker).catch(() => {
      this.#notices.tell('The speaker that was chosen cannot be used: the usual one is. Choose another one under Devices.');
    });
  }

  #playSilently(video) {
    video.muted = true;
    video.play().catch(() => {});
    this.#notices.tell('The browser plays no sound before you press something on this page.', element('button', {
      type: 'button', className: 'primary', textContent: 'Turn the sound on', onclick: () => this.#unmute(),
    }));
  }

  #unmute() {
    for (const video of this.#present()) {
      video.muted = false;
      this.play(video);
    }
  }

  #present() {
    for (const video of this.#videos) if (!video.isConnected) this.#videos.delete(video);
    return this.#videos;
  }
}
