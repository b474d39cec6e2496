/** The buttons below the grid: what is sent, and which panel is open. */

const byId = (id) => document.getElementById(id);

export class Controls {
  #media;
  #notices;
  #microphone = byId("microphone");
  #camera = byId("camera");
  #share = byId("share");
  #panels = new Map([
    [byId("show-chat"), byId("chat")],
    [byId("show-numbers"), byId("numbers")],
  ]);

  /**
   * @param {import('./media.js').Media} media
   * @param {import('./notices.js').Notices} notices
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

  #onPress(button, action) {
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await action();
      } catch (error) {
        this.#notices.tell(error.message);
      }
      button.disabled = false;
      button.focus();
    });
  }

  /** At most one is open: there is not more room. */
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

/** The text says what a press does; how it looks, what is. */
function label(button, isOn, text) {
  button.classList.toggle("on", isOn);
  button.querySelector("span").textContent = text;
}
