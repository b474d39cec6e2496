/** The buttons below the grid: what is sent, and which panel is open. */

import { byId, find } from "../shared/element.js";
import { messageOf } from "../shared/failure.js";

/**
 * @import { Media } from "./media.js"
 * @import { Notices } from "./notices.js"
 */

export class Controls {
  #media;
  #notices;
  #microphone = byId("microphone", HTMLButtonElement);
  #camera = byId("camera", HTMLButtonElement);
  #share = byId("share", HTMLButtonElement);
  #panels = new Map([
    [byId("show-chat", HTMLButtonElement), byId("chat", HTMLElement)],
    [byId("show-numbers", HTMLButtonElement), byId("numbers", HTMLElement)],
  ]);

  /**
   * @param {Media} media
   * @param {Notices} notices
   * @param {{opened: (panel: HTMLElement) => void}} options
   */
  constructor(media, notices, { opened }) {
    this.#media = media;
    this.#notices = notices;
    this.#onPress(this.#microphone, () => media.switchMicrophone(!media.isMicrophoneOn));
    this.#onPress(this.#camera, () => media.switchCamera(!media.isCameraOn));
    this.#onPress(this.#share, () => (media.isSharing ? media.unshare() : media.share()));
    for (const [button, panel] of this.#panels) {
      button.addEventListener("click", () => this.#toggle(panel, opened));
      panel.addEventListener("keydown", ({ key }) => {
        if (key !== "Escape") return;
        this.#toggle(null, opened);
        button.focus();
      });
    }
    media.addEventListener("change", () => this.#show());
    this.#show();
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {() => Promise<void> | void} action
   */
  #onPress(button, action) {
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await action();
      } catch (error) {
        this.#notices.tell(messageOf(error));
      }
      button.disabled = false;
      button.focus();
    });
  }

  /**
   * At most one is open: there is not more room.
   * @param {HTMLElement | null} wanted
   * @param {(panel: HTMLElement) => void} opened
   */
  #toggle(wanted, opened) {
    for (const [button, panel] of this.#panels) {
      panel.hidden = panel !== wanted || !panel.hidden;
      button.setAttribute("aria-expanded", String(!panel.hidden));
      if (!panel.hidden) opened(panel);
    }
  }

  #show() {
    const { isMicrophoneOn, isCameraOn, isSharing } = this.#media;
    label(this.#microphone, isMicrophoneOn, isMicrophoneOn ? "Mute" : "Unmute");
    label(this.#camera, isCameraOn, isCameraOn ? "Camera off" : "Camera on");
    label(this.#share, isSharing, isSharing ? "Stop sharing" : "Share screen");
  }
}

/**
 * The text says what a press does; how it looks, what is.
 * @param {HTMLButtonElement} button
 * @param {boolean} isOn
 * @param {string} text
 */
function label(button, isOn, text) {
  button.classList.toggle("on", isOn);
  find(button, "span", HTMLElement).textContent = text;
}
