/** The dialog in which the person chooses microphone, camera, speaker and quality. */

import { element } from "../shared/element.js";
import { QUALITIES, rememberChoices } from "./choices.js";

const KINDS = {
  audio: { label: "Microphone", kind: "audioinput" },
  video: { label: "Camera", kind: "videoinput" },
  speaker: { label: "Speaker", kind: "audiooutput" },
};

export class DeviceDialog {
  #media;
  #choices;
  #chosen;
  #selects = new Map(Object.keys(KINDS).map((name) => [name, element("select", { id: `choose-${name}` })]));
  #quality = element("select", { id: "choose-quality" });
  #hint = element("p", { className: "hint" });
  #error = element("p", { className: "error", role: "alert" });

  /**
   * @param {import('./media.js').Media} media
   * @param {import('./choices.js').storedChoices} choices are kept up to date
   * @param {{chosen: (choices: object) => void}} options what else has to know of them
   */
  constructor(media, choices, { chosen }) {
    this.#media = media;
    this.#choices = choices;
    this.#chosen = chosen;
    const rows = [...this.#selects].flatMap(([name, select]) => [labelFor(select, KINDS[name].label), select]);
    const close = element("button", {
      type: "button",
      className: "primary",
      textContent: "Done",
      onclick: () => this.element.close(),
    });
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
    for (const [name, select] of this.#selects) {
      fill(
        select,
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
    const choices = { quality: this.#quality.value };
    for (const [name, select] of this.#selects) choices[name] = select.value;
    this.#error.textContent = "";
    try {
      await this.#media.choose(choices);
    } catch (error) {
      this.#error.textContent = error.message;
    }
    rememberChoices(this.#choices);
    this.#chosen(this.#choices);
  }
}

function labelFor(select, textContent) {
  return element("label", { htmlFor: select.id, textContent });
}

/** Devices without an id are those that the browser does not tell apart yet. */
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
