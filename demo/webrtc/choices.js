/** What the person has chosen, remembered as the name is: in this tab, else as in the last one. */

const KEY = "networkwebsockets-webrtc";

/** @typedef {'nothing' | 'sound' | 'both'} With */
export const QUALITIES = {
  small: { label: "Small (320 × 240, 15 frames a second)", width: 320, height: 240, frameRate: 15 },
  normal: { label: "Normal (640 × 480, 30 frames a second)", width: 640, height: 480, frameRate: 30 },
  large: { label: "Large (1280 × 720, 30 frames a second)", width: 1280, height: 720, frameRate: 30 },
};

const USUAL = { with: "both", quality: "normal", audio: "", video: "", speaker: "" };

/** @returns {typeof USUAL} */
export function storedChoices() {
  const choices = { ...USUAL };
  try {
    const stored = Object(JSON.parse(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? "{}"));
    for (const key of Object.keys(USUAL)) if (typeof stored[key] === "string") choices[key] = stored[key];
  } catch {
    // Storage is off, or somebody else wrote there.
  }
  if (!Object.hasOwn(QUALITIES, choices.quality)) choices.quality = USUAL.quality;
  if (!["nothing", "sound", "both"].includes(choices.with)) choices.with = USUAL.with;
  return choices;
}

export function rememberChoices(choices) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(choices));
    localStorage.setItem(KEY, JSON.stringify(choices));
  } catch {
    // Storage is off: the choices live as long as the page.
  }
}
