/** The dialog in which the person chooses microphone, camera, speaker and quality. */

import { element } from "../shared/element.js";
import { messageOf } from "../shared/failure.js";
import { isQuality, QUALITIES, rememberChoices } from "./choices.js";

/**
 * @import { Choices, Devices } from "./choices.js"
 * @import { Media } from "./media.js"
 */

/** @type {Record<keyof Devices, {label: string, kind: MediaDeviceKind}>} */
const KINDS = {
  audio: { label: "Microphone", kind: "audioinput" },
  video: { label: "Camera", kind: "videoinput" },
  speaker: { label: "Speaker", kind: "audiooutput" },
};

/** In the order in which they are shown. @type {(keyof Devices)[]} */
const NAMES = ["audio", "video", "speaker"];

export class DeviceDialog {
  #media;
  #choices;
  #chosen;
  /** @type {Record<keyof Devices, HTMLSelectElement>} */
  #selects = {
    audio: element("select", { id: "choose-audio" }),
    video: element("select", { id: "choose-video" }),
    speaker: element("select", { id: "choose-speaker" }),
  };
  #quality = element("select", { id: "choose-quality" });
  #hint = element("p", { className: "hint" });
  #error = element("p", { className: "error", role: "alert" });

  /**
   * @param {Media} media
   * @param {Choices} choices are kept up to date
   * @param {{chosen: (choices: Choices) => void}} options what else has to know of them
   */
  constructor(media, choices, { chosen }) {
    this.#media = media;
    this.#choices = choices;
    this.#chosen = chosen;
    const rows = NAMES.flatMap((name) => [labelFor(this.#selects[name], KINDS[name].label), this.#selects[name]]);
    const close = element("button", {
      type: "button",
      className: "primary",
      textContent: "Done",
      onclick: () => this.element.close(),
    });
    /** @type {HTMLDialogElement} */
    this.element = element(
      "dialog",
      { className: "devices", ariaLabel: "Devices" },
      element("h2", { textContent: "Devices" }),
      ...rows,
      labelFor(this.#quality, "Picture that you send"),
      this.#quality,
      this.#hint,
      this.#error,
      element("p", { className: "row" }, close),
    );
    for (const [value, { label }] of Object.entries(QUALITIES))
      this.#quality.append(element("option", { value, textContent: label }));
    this.element.addEventListener("change", () => this.#apply());
    media.addEventListener("devices", () => this.element.open && this.#fill());
  }

  async show() {
    this.#error.textContent = "";
    await this.#fill();
    this.element.showModal();
  }

  async #fill() {
    const devices = await this.#media.list();
    for (const name of NAMES) {
      fill(
        this.#selects[name],
        devices.filter(({ kind }) => kind === KINDS[name].kind),
        this.#choices[name],
      );
    }
    this.#quality.value = this.#choices.quality;
    this.#hint.textContent = this.#media.wasGranted
      ? ""
      : "Browsers tell which devices there are once a page has used one: switch on microphone or camera first.";
  }

  async #apply() {
    const { audio, video, speaker } = this.#selects;
    const quality = this.#quality.value;
    const devices = { audio: audio.value, video: video.value, speaker: speaker.value };
    this.#error.textContent = "";
    try {
      await this.#media.choose({ ...devices, ...(isQuality(quality) && { quality }) });
    } catch (error) {
      this.#error.textContent = messageOf(error);
    }
    rememberChoices(this.#choices);
    this.#chosen(this.#choices);
  }
}

/**
 * @param {HTMLSelectElement} select
 * @param {string} textContent
 */
function labelFor(select, textContent) {
  return element("label", { htmlFor: select.id, textContent });
}

/**
 * Devices without an id are those that the browser does not tell apart yet.
 * @param {HTMLSelectElement} select
 * @param {MediaDeviceInfo[]} devices
 * @param {string} chosen
 */
function fill(select, devices, chosen) {
  const options = devices
    .filter(({ deviceId }) => deviceId && deviceId !== "default")
    .map(({ deviceId, label }, number) =>
      element("option", { value: deviceId, textContent: label || `Number ${number + 1}` }),
    );
  select.replaceChildren(element("option", { value: "", textContent: "Whichever the system prefers" }), ...options);
  select.value = options.some(({ value }) => value === chosen) ? chosen : "";
  select.disabled = options.length === 0;
}
