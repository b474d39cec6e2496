/** Small sounds, silent until the person wants them. */

/** Notes in hertz, one after the other. */
const TUNES = { caught: [880], took: [660, 990], lost: [330, 220] };
const NOTE_SECONDS = 0.09;
const LOUDNESS = 0.06;

export class Sound {
  /** @type {AudioContext | null} */
  #context = null;
  isOn = false;

  /** Browsers let a page make sounds only after a click. */
  toggle() {
    this.isOn = !this.isOn;
    this.#context ??= new AudioContext();
    this.#context.resume();
  }

  /** @param {'caught' | 'took' | 'lost'} tune */
  play(tune) {
    const context = this.#context;
    if (!this.isOn || !context) return;
    TUNES[tune].forEach((pitch, place) => this.#note(context, pitch, context.currentTime + place * NOTE_SECONDS));
  }

  /**
   * @param {AudioContext} context
   * @param {number} pitch in hertz
   * @param {number} at in seconds of the context
   */
  #note(context, pitch, at) {
    const tone = new OscillatorNode(context, { frequency: pitch, type: "triangle" });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(LOUDNESS, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 2 * NOTE_SECONDS);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + 2 * NOTE_SECONDS);
  }
}
