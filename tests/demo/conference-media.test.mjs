/** Microphone, camera and screen, on devices that the test makes: what is sent, what goes wrong, and what the person is told. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { explain, INSECURE } from "../../demo/webrtc/device-trouble.js";
import { Media } from "../../demo/webrtc/media.js";

/** Stands in for a MediaStreamTrack. */
class Track extends EventTarget {
  enabled = true;
  readyState = "live";

  /** @param {string} kind */
  constructor(kind) {
    super();
    this.kind = kind;
  }

  stop() {
    this.readyState = "ended";
  }

  /** As when a plug is pulled. */
  vanish() {
    this.stop();
    this.dispatchEvent(new Event("ended"));
  }
}

class Devices extends EventTarget {
  /** @type {MediaStreamConstraints[]} */
  asked = [];
  /** What is refused next. @type {Error | null} */
  failure = null;

  /** @param {MediaStreamConstraints} constraints */
  async getUserMedia(constraints) {
    this.asked.push(constraints);
    return this.#give(Object.keys(constraints).map((kind) => new Track(kind)));
  }

  async getDisplayMedia() {
    return this.#give([new Track("video")]);
  }

  async enumerateDevices() {
    return [{ kind: "audioinput", deviceId: "a", label: "Desk" }];
  }

  /** @param {Track[]} tracks */
  #give(tracks) {
    const { failure } = this;
    this.failure = null;
    if (failure) throw failure;
    return { getTracks: () => tracks, getVideoTracks: () => tracks.filter(({ kind }) => kind === "video") };
  }
}

function begin(devices = new Devices()) {
  /** @type {ConstructorParameters<typeof Media>[1]} */
  const choices = { audio: "", video: "", quality: "small" };
  const media = new Media(asReal(devices), choices);
  /** @type {[type: string, detail: unknown][]} */
  const happened = [];
  media.addEventListener("change", () => happened.push(["change", undefined]));
  media.addEventListener("notice", ({ detail }) => happened.push(["notice", detail]));
  media.addEventListener("devices", () => happened.push(["devices", undefined]));
  return {
    devices,
    media,
    choices,
    notices: () => happened.filter(([type]) => type === "notice").map(([, text]) => String(text)),
    /** What is sent now. */
    sent: () => /** @type {{audio: Track, video: Track}} */ (/** @type {unknown} */ (media.sent)),
    happened,
  };
}

/** What a page takes for the browser's: it has all that is asked of it. @param {object} devices */
const asReal = (devices) => /** @type {MediaDevices} */ (/** @type {unknown} */ (devices));

/**
 * @param {string} name
 * @param {string} [message]
 */
const error = (name, message = "") => Object.assign(new Error(message), { name });

test("nothing is asked of the browser where one joins with nothing, and once where one joins with both", async () => {
  const { devices, media } = begin();
  await media.start({ sound: false, picture: false });
  assert.deepEqual([devices.asked.length, media.wasGranted], [0, false]);
  assert.deepEqual(media.presence, { sound: false, picture: "" });
  await media.start({ sound: true, picture: true });
  assert.deepEqual(devices.asked, [{ audio: {}, video: { width: 320, height: 240, frameRate: 15 } }]);
  assert.deepEqual(media.presence, { sound: true, picture: "camera" });
});

test("muted, the microphone is kept; off, the camera is given back", async () => {
  const { devices, media, sent } = begin();
  await media.start({ sound: true, picture: true });
  const { audio, video } = sent();
  await media.switchMicrophone(false);
  await media.switchCamera(false);
  assert.deepEqual([audio.enabled, audio.readyState, video.readyState], [false, "live", "ended"]);
  assert.deepEqual(media.presence, { sound: false, picture: "" });
  await media.switchMicrophone(true);
  await media.switchCamera(true);
  assert.equal(sent().audio, audio);
  assert.notEqual(sent().video, video);
  assert.equal(devices.asked.length, 2);
});

test("the screen is sent instead of the camera, and the camera again when the browser’s own button ends it", async () => {
  const { media, notices, sent } = begin();
  await media.start({ sound: false, picture: true });
  const { video: camera } = sent();
  await media.share();
  const { video: screen } = sent();
  assert.notEqual(screen, camera);
  assert.deepEqual(media.presence, { sound: false, picture: "screen" });
  screen.vanish();
  assert.equal(sent().video, camera);
  assert.match(notices()[0], /no longer shared/);
});

test("a microphone that is unplugged is told, is off, and can be switched on again", async () => {
  const { media, notices, sent } = begin();
  await media.start({ sound: true, picture: false });
  sent().audio.vanish();
  assert.equal(media.sent.audio, null);
  assert.deepEqual(media.presence, { sound: false, picture: "" });
  assert.match(notices()[0], /Your microphone is gone.*Plug it in again/);
  await media.switchMicrophone(true);
  assert.equal(media.presence.sound, true);
});

test("another device takes the place of the one in use, muted where that was, and one that fails leaves none", async () => {
  const { devices, media, choices, sent } = begin();
  await media.start({ sound: true, picture: true });
  await media.switchMicrophone(false);
  const { audio, video } = sent();
  await media.choose({ audio: "other" });
  assert.deepEqual(devices.asked.at(-1), { audio: { deviceId: { exact: "other" } } });
  assert.deepEqual([audio.readyState, sent().audio.enabled, sent().video === video], ["ended", false, true]);
  devices.failure = error("NotReadableError");
  await assert.rejects(media.choose({ video: "held" }), /another program may be using it/);
  assert.equal(media.sent.video, null);
  assert.equal(choices.video, "held");
});

test("a device that was chosen once and is not there is replaced by another one, and that is told", async () => {
  const { devices, media, choices, notices } = begin();
  choices.video = "gone";
  devices.failure = error("OverconstrainedError");
  await media.start({ sound: true, picture: true });
  assert.deepEqual(
    devices.asked.map(({ video }) => typeof video === "object" && video.deviceId),
    [{ exact: "gone" }, undefined],
  );
  assert.deepEqual(media.presence, { sound: true, picture: "camera" });
  assert.match(notices()[0], /had chosen is not there/);
});

test("a device that the person closed does not come back as one that has vanished", async () => {
  const { media, notices, sent } = begin();
  await media.start({ sound: true, picture: true });
  const { audio } = sent();
  media.stop();
  audio.vanish();
  assert.deepEqual(notices(), []);
});

test("where the page is not secure, or the browser cannot, that is said", async () => {
  const { media } = begin();
  const insecure = new Media(undefined, { audio: "", video: "", quality: "small" });
  await assert.rejects(insecure.start({ sound: true, picture: false }), { message: INSECURE });
  await assert.rejects(insecure.share(), { message: INSECURE });
  assert.deepEqual(await insecure.list(), []);
  await insecure.start({ sound: false, picture: false });
  assert.equal((await media.list()).length, 1);
  const phone = new Media(asReal({ addEventListener() {} }), { audio: "", video: "", quality: "small" });
  await assert.rejects(phone.share(), /cannot share a screen/);
});

/** Devices that hand out what they are asked for when the test says so. */
class SlowDevices extends Devices {
  /** @type {Track[]} */
  given = [];
  /** @type {((value: unknown) => void)[]} */
  #waiting = [];

  /** @override @param {MediaStreamConstraints} constraints */
  async getUserMedia(constraints) {
    await new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
    return this.#keep(await super.getUserMedia(constraints));
  }

  /** @override */
  async getDisplayMedia() {
    await new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
    return this.#keep(await super.getDisplayMedia());
  }

  answer() {
    for (const resolve of this.#waiting.splice(0)) resolve(undefined);
  }

  /**
   * @template {{getTracks(): Track[]}} Stream
   * @param {Stream} stream
   */
  #keep(stream) {
    this.given.push(...stream.getTracks());
    return stream;
  }
}

test("who leaves while the browser asks leaves no device on, and is told nothing", async () => {
  const devices = new SlowDevices();
  const { media, happened } = begin(devices);
  const asked = [media.start({ sound: true, picture: true }), media.share()];
  media.stop();
  const refused = media.switchMicrophone(true);
  media.stop();
  devices.answer();
  devices.failure = error("NotAllowedError");
  await Promise.all([...asked, refused]);
  assert.deepEqual(
    devices.given.map(({ readyState }) => readyState),
    devices.given.map(() => "ended"),
  );
  assert.deepEqual([media.sent, happened.filter(([type]) => type === "notice")], [{ audio: null, video: null }, []]);
  assert.ok(devices.given.length > 0);
});

test("a camera that is switched off while another one is awaited stays off", async () => {
  const devices = new SlowDevices();
  const { media } = begin(devices);
  const started = media.start({ sound: true, picture: true });
  devices.answer();
  await started;
  const chosen = media.choose({ video: "other" });
  await media.switchCamera(false);
  devices.answer();
  await chosen;
  assert.deepEqual([media.sent.video, devices.given.at(-1)?.readyState, media.isMicrophoneOn], [null, "ended", true]);
});

test("a microphone that takes the place of a muted one is never told as on", async () => {
  const { media } = begin();
  await media.start({ sound: true, picture: false });
  await media.switchMicrophone(false);
  /** @type {boolean[]} */
  const told = [];
  media.addEventListener("change", () => told.push(media.presence.sound));
  await media.choose({ audio: "other" });
  assert.deepEqual(told, [false]);
});

/** @type {[failure: Error, wanted: "audio" | "video" | "both" | "screen", remedy: RegExp][]} */
const REMEDIES = [
  [error("NotFoundError"), "video", /No camera was found\. Plug one in/],
  [error("NotFoundError"), "both", /not both.*join with sound only/],
  [error("NotAllowedError", "Permission denied"), "audio", /Allow it in the settings of this site/],
  [error("NotAllowedError", "Permission denied by system"), "video", /privacy settings of the system/],
  [error("NotReadableError", "Could not start"), "both", /another program may be using it\. Close that program/],
  [error("AbortError"), "audio", /another program may be using it/],
  [error("OverconstrainedError"), "video", /Choose another one under Devices/],
  [error("SecurityError"), "video", /settings forbid.*Allow it there/],
  [error("WeirdError", "of a new kind"), "video", /of a new kind\. Try again/],
  [error("NotAllowedError", "Permission denied"), "screen", /Press “Share screen” to choose again/],
  [error("NotAllowedError", "Permission denied by system"), "screen", /privacy settings of the system/],
  [error("NotFoundError"), "screen", /Open a window first/],
  [error("InvalidStateError"), "screen", /Press “Share screen” again/],
  [error("AbortError", "weird"), "screen", /weird\. .*try again/],
];

for (const [failure, wanted, remedy] of REMEDIES) {
  test(`${failure.name}${failure.message && ` (${failure.message})`} of ${wanted} is explained with a remedy`, async () => {
    const { devices, media } = begin();
    assert.match(explain(failure, wanted), remedy);
    devices.failure = failure;
    const kinds = {
      audio: { sound: true, picture: false },
      video: { sound: false, picture: true },
      both: { sound: true, picture: true },
    };
    await assert.rejects(wanted === "screen" ? media.share() : media.start(kinds[wanted]), remedy);
    assert.deepEqual(media.presence, { sound: false, picture: "" });
  });
}
