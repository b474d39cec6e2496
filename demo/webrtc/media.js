/** What this person sends: microphone, camera or screen, and what becomes of them. */

import { Emitter } from "../shared/events.js";
import { messageOf, nameOf } from "../shared/failure.js";
import { QUALITIES } from "./choices.js";
import { explain, INSECURE } from "./device-trouble.js";

/**
 * @import { Devices, Quality } from "./choices.js"
 * @import { Presence } from "./presence.js"
 */

/** @typedef {"audio" | "video" | "screen"} Kind */

/** @typedef {{change: undefined, notice: string, devices: undefined}} MediaEvents */

/**
 * Fires `change` when what is sent, or whether it is on, has changed; `notice` with a sentence as detail when something
 * happened that the person did not do; `devices` when something was plugged in or out.
 * @extends {Emitter<MediaEvents>}
 */
export class Media extends Emitter {
  /** Whether the browser has handed out a device: from then on it tells pages more. */
  wasGranted = false;
  #devices;
  #choices;
  /** @type {Record<Kind, MediaStreamTrack | null>} */
  #tracks = { audio: null, video: null, screen: null };
  /** How often the person has switched each off: what the browser hands out after that is given back. */
  #stops = { audio: 0, video: 0, screen: 0 };

  /**
   * @param {MediaDevices | undefined} devices none where the page is not secure
   * @param {Omit<Devices, "speaker"> & {quality: Quality}} choices
   */
  constructor(devices, choices) {
    super();
    this.#devices = devices;
    this.#choices = choices;
    devices?.addEventListener("devicechange", () => this.#tell("devices"));
  }

  /** What goes out: the screen is sent instead of the camera. */
  get sent() {
    const { audio, video, screen } = this.#tracks;
    return { audio, video: screen ?? video };
  }

  /** @returns {Presence} */
  get presence() {
    return {
      sound: this.isMicrophoneOn,
      picture: (this.isSharing && "screen") || (this.isCameraOn && "camera") || "",
    };
  }

  get isMicrophoneOn() {
    return Boolean(this.#tracks.audio?.enabled);
  }

  get isCameraOn() {
    return Boolean(this.#tracks.video);
  }

  get isSharing() {
    return Boolean(this.#tracks.screen);
  }

  /**
   * Before joining: one question to the person instead of two.
   * @param {{sound: boolean, picture: boolean}} wanted
   */
  async start({ sound, picture }) {
    this.stop();
    if (!sound && !picture) return;
    /** @type {("audio" | "video")[]} */
    const kinds = sound && picture ? ["audio", "video"] : [sound ? "audio" : "video"];
    await this.#acquire(kinds);
  }

  /**
   * Muted, the device is kept, so that nothing is lost of the next first word.
   * @param {boolean} on
   */
  async switchMicrophone(on) {
    if (this.#tracks.audio) this.#tracks.audio.enabled = on;
    else if (on) await this.#acquire(["audio"]);
    this.#tell("change");
  }

  /**
   * Off, it is off: its light too.
   * @param {boolean} on
   */
  async switchCamera(on) {
    if (on && !this.#tracks.video) await this.#acquire(["video"]);
    if (!on) this.#switchOff("video");
  }

  async share() {
    const devices = this.#devices;
    if (!devices?.getDisplayMedia) {
      throw new Error(
        devices ? "This browser cannot share a screen: browsers on phones cannot. Use one on a computer." : INSECURE,
      );
    }
    const [track] = await this.#ask(["screen"], () => devices.getDisplayMedia({ video: true }));
    if (!track) return;
    track.contentHint = "detail";
    this.#drop("screen");
    this.#keep("screen", track);
  }

  unshare() {
    this.#switchOff("screen");
  }

  /**
   * Takes another device, or another quality, for what is on.
   * @param {Partial<Devices & {quality: Quality}>} choices
   */
  async choose(choices) {
    const before = { ...this.#choices };
    Object.assign(this.#choices, choices);
    /** @param {("audio" | "video" | "quality")[]} keys */
    const isOther = (...keys) => keys.some((key) => before[key] !== this.#choices[key]);
    if (this.#tracks.audio && isOther("audio")) await this.#replace("audio");
    if (this.#tracks.video && isOther("video", "quality")) await this.#replace("video");
  }

  /** @returns {Promise<MediaDeviceInfo[]>} */
  async list() {
    return (await this.#devices?.enumerateDevices()) ?? [];
  }

  stop() {
    this.#switchOff("audio");
    this.#switchOff("video");
    this.#switchOff("screen");
  }

  /** @param {"audio" | "video"} kind */
  async #replace(kind) {
    // Some systems hand out a camera once: it has to be given back before.
    this.#tracks[kind]?.stop();
    try {
      await this.#acquire([kind]);
    } catch (error) {
      this.#drop(kind);
      throw error;
    }
  }

  /** @param {("audio" | "video")[]} kinds */
  async #acquire(kinds) {
    const devices = this.#devices;
    if (!devices?.getUserMedia) throw new Error(INSECURE);
    const tracks = await this.#ask(kinds, () => this.#open(devices, kinds));
    if (tracks.length) this.wasGranted = true;
    for (const track of tracks) this.#keep(track.kind === "audio" ? "audio" : "video", track);
  }

  /**
   * A device that was chosen once and is gone must not keep a person out.
   * @param {MediaDevices} devices
   * @param {("audio" | "video")[]} kinds
   */
  async #open(devices, kinds) {
    try {
      return await devices.getUserMedia(this.#constraints(kinds, this.#choices));
    } catch (error) {
      if (nameOf(error) !== "OverconstrainedError" || !kinds.some((kind) => this.#choices[kind])) throw error;
      const stream = await devices.getUserMedia(this.#constraints(kinds, {}));
      this.#tell(
        "notice",
        "The device that you had chosen is not there: another one is used. Choose one under Devices.",
      );
      return stream;
    }
  }

  /**
   * @param {("audio" | "video")[]} kinds
   * @param {{audio?: string, video?: string}} ids
   */
  #constraints(kinds, ids) {
    const { width, height, frameRate } = QUALITIES[this.#choices.quality];
    /** @param {"audio" | "video"} kind */
    const constrain = (kind) => ({
      ...(ids[kind] && { deviceId: { exact: ids[kind] } }),
      ...(kind === "video" && { width, height, frameRate }),
    });
    return Object.fromEntries(kinds.map((kind) => [kind, constrain(kind)]));
  }

  /**
   * @param {Kind[]} kinds
   * @param {() => Promise<MediaStream>} question
   * @returns {Promise<MediaStreamTrack[]>} those that are still wanted
   */
  async #ask(kinds, question) {
    const stops = { ...this.#stops };
    /** @param {Kind} kind */
    const isWanted = (kind) => this.#stops[kind] === stops[kind];
    try {
      const tracks = (await question()).getTracks();
      const wanted = tracks.filter(({ kind }) => isWanted(kinds.find((asked) => asked === kind) ?? "screen"));
      for (const track of tracks) if (!wanted.includes(track)) track.stop();
      return wanted;
    } catch (error) {
      if (!kinds.some(isWanted)) return [];
      const failure = { name: nameOf(error), message: messageOf(error) };
      throw new Error(explain(failure, kinds.length > 1 ? "both" : kinds[0]), { cause: error });
    }
  }

  /**
   * What takes the place of a muted one is muted before anybody hears it.
   * @param {Kind} kind
   * @param {MediaStreamTrack} track
   */
  #keep(kind, track) {
    const former = this.#tracks[kind];
    former?.stop();
    if (former && !former.enabled) track.enabled = false;
    this.#tracks[kind] = track;
    track.addEventListener("ended", () => this.#ended(kind, track));
    this.#tell("change");
  }

  /** @param {Kind} kind */
  #switchOff(kind) {
    this.#stops[kind] += 1;
    this.#drop(kind);
  }

  /** @param {Kind} kind */
  #drop(kind) {
    const track = this.#tracks[kind];
    if (!track) return;
    this.#tracks[kind] = null;
    track.stop();
    this.#tell("change");
  }

  /**
   * By itself: a track that the page stops does not say so.
   * @param {Kind} kind
   * @param {MediaStreamTrack} track
   */
  #ended(kind, track) {
    if (this.#tracks[kind] !== track) return;
    this.#drop(kind);
    this.#tell("notice", ENDINGS[kind]);
  }

  /**
   * @template {keyof MediaEvents} Type
   * @param {Type} type
   * @param {MediaEvents[Type]} [detail]
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const ENDINGS = {
  audio:
    "Your microphone is gone: nobody hears you. Plug it in again, or choose another one under Devices, then switch the microphone on.",
  video:
    "Your camera is gone: nobody sees you. Plug it in again, or choose another one under Devices, then switch the camera on.",
  screen: "Your screen is no longer shared.",
};
