/** How loud the own microphone is. */

/** Of each measurement: a fiftieth of a second, which catches any syllable when asked five times a second or more. */
const SAMPLES = 1024;

export class OwnVoice {
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {MediaStreamAudioSourceNode | null} */
  #source = null;
  /** @type {AnalyserNode | null} */
  #analyser = null;
  #samples = new Float32Array(SAMPLES);
  /** @type {MediaStreamTrack | null} */
  #track = null;
  /** A browser lets sound begin when something was pressed: until then this waits. @type {Promise<void> | null} */
  #resuming = null;

  /** @param {MediaStreamTrack | null} track */
  follow(track) {
    if (track === this.#track) return;
    this.#track = track;
    this.#source?.disconnect();
    this.#source = null;
    if (!track) return;
    this.#context ??= new AudioContext();
    this.#analyser ??= new AnalyserNode(this.#context, { fftSize: SAMPLES });
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  /** From 0 to 1. */
  get level() {
    if (!this.#source || !this.#analyser || !this.#context || !this.#track?.enabled) return 0;
    if (this.#context.state !== "running") this.#resume(this.#context);
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return Math.sqrt(this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / SAMPLES);
  }

  /** @param {AudioContext} context */
  #resume(context) {
    this.#resuming ??= context
      .resume()
      .catch(() => {})
      .finally(() => {
        this.#resuming = null;
      });
  }
}
