/** What the person has chosen, remembered as the name is: in this tab, else as in the last one. */

const KEY = "networkwebsockets-webrtc";

/** With what one joins. @typedef {"nothing" | "sound" | "both"} With */

/** @typedef {keyof typeof QUALITIES} Quality */

/**
 * Devices are ids, empty for whichever the system prefers.
 * @typedef {{audio: string, video: string, speaker: string}} Devices
 */

/** @typedef {{with: With, quality: Quality} & Devices} Choices */
export const QUALITIES = {
  small: { label: "Small (320 × 240, 15 frames a second)", width: 320, height: 240, frameRate: 15 },
  normal: { label: "Normal (640 × 480, 30 frames a second)", width: 640, height: 480, frameRate: 30 },
  large: { label: "Large (1280 × 720, 30 frames a second)", width: 1280, height: 720, frameRate: 30 },
};

/** @type {Choices} */
const USUAL = { with: "both", quality: "normal", audio: "", video: "", speaker: "" };

/** @type {(keyof Devices)[]} */
const DEVICES = ["audio", "video", "speaker"];

/** @returns {Choices} */
export function storedChoices() {
  const choices = { ...USUAL };
  try {
    const stored = Object(JSON.parse(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? "{}"));
    for (const device of DEVICES) if (typeof stored[device] === "string") choices[device] = stored[device];
    if (isQuality(stored.quality)) choices.quality = stored.quality;
    if (isWith(stored.with)) choices.with = stored.with;
  } catch {
    // Storage is off, or somebody else wrote there.
  }
  return choices;
}

/**
 * @param {unknown} value
 * @returns {value is Quality}
 */
export function isQuality(value) {
  return typeof value === "string" && Object.hasOwn(QUALITIES, value);
}

/**
 * @param {unknown} value
 * @returns {value is With}
 */
export function isWith(value) {
  return value === "nothing" || value === "sound" || value === "both";
}

/** @param {Choices} choices */
export function rememberChoices(choices) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(choices));
    localStorage.setItem(KEY, JSON.stringify(choices));
  } catch {
    // Storage is off: the choices live as long as the page.
  }
}
