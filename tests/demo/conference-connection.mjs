/** Browsers' connections as far as negotiation sees them: states, chained operations, rollback, and a wire with delays. */

/**
 * @param {number} seed
 * @returns {(below: number) => number} the same numbers for the same seed
 */
export function dice(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** @param {number} count */
async function turns(count) {
  for (let turn = 0; turn <= count; turn += 1) await new Promise(setImmediate);
}

/** A number below another. @typedef {(below: number) => number} Roll */

/** @typedef {{type: string, sdp: string}} Description */

/** @typedef {EventTarget & {label: string, readyState: string}} FakeChannel */

export class FakeConnection extends EventTarget {
  signalingState = "stable";
  connectionState = "new";
  /** @type {Description | null} */
  localDescription = null;
  /** @type {Description | null} */
  remoteDescription = null;
  /** @type {FakeChannel[]} */
  channels = [];
  /** What it wants to agree upon, and what of it is agreed. */
  wanted = 0;
  agreed = 0;
  #name;
  #roll;
  /** @type {Promise<void>} */
  #chain = Promise.resolve();
  #busy = 0;
  #number = 0;
  /** @type {string | null} */
  #remote = null;
  #offered = 0;
  #isRolledBack = false;

  /**
   * @param {string} name
   * @param {Roll} roll
   */
  constructor(name, roll) {
    super();
    this.#name = name;
    this.#roll = roll;
  }

  /**
   * What the page takes for the browser's: it has all that is asked of one.
   * @returns {RTCPeerConnection}
   */
  get asReal() {
    return /** @type {RTCPeerConnection} */ (/** @type {unknown} */ (this));
  }

  need() {
    this.wanted += 1;
    this.#ask();
  }

  /**
   * @param {string} label
   * @param {object} [options]
   */
  createDataChannel(label, options) {
    const channel = Object.assign(new EventTarget(), { label, ...options, readyState: "connecting" });
    this.channels.push(channel);
    if (this.channels.length === 1) this.need();
    return channel;
  }

  /** @param {unknown} track */
  addTransceiver(track) {
    this.need();
    return {
      sender: {
        track,
        /** @type {unknown[]} */
        replaced: [],
        /** @param {unknown} next */
        async replaceTrack(next) {
          this.replaced.push(next);
        },
      },
    };
  }

  setLocalDescription() {
    return this.#operate(() => {
      const isAnswer = this.signalingState === "have-remote-offer";
      this.#number += 1;
      this.#isRolledBack = false;
      const sdp = isAnswer ? `answer to ${this.#remote}` : `${this.#name} ${this.#number}`;
      this.localDescription = { type: isAnswer ? "answer" : "offer", sdp };
      this.signalingState = isAnswer ? "stable" : "have-local-offer";
      if (!isAnswer) this.#offered = this.wanted;
      for (let count = 0; count < 2; count += 1) setImmediate(() => this.#candidate(sdp));
    });
  }

  /** @param {Description} description */
  setRemoteDescription({ type, sdp }) {
    return this.#operate(() => {
      if (type === "offer") {
        this.#isRolledBack = this.signalingState === "have-local-offer";
        this.signalingState = "have-remote-offer";
      } else {
        if (this.signalingState !== "have-local-offer")
          throw refusal("InvalidStateError", `${type} in ${this.signalingState}`);
        if (sdp !== `answer to ${this.localDescription?.sdp}`)
          throw refusal("InvalidAccessError", `${sdp} fits no offer`);
        this.signalingState = "stable";
        this.agreed = this.#offered;
      }
      this.#remote = sdp;
      this.remoteDescription = { type, sdp };
    });
  }

  /** @param {{candidate: string} | null} [candidate] */
  addIceCandidate(candidate) {
    return this.#operate(() => {
      if (candidate && candidate.candidate !== this.#remote)
        throw refusal("OperationError", `${candidate.candidate} belongs to no description`);
    });
  }

  close() {
    this.signalingState = "closed";
    this.connectionState = "closed";
  }

  /**
   * There are none of an offer that was rolled back.
   * @param {string} sdp
   */
  #candidate(sdp) {
    if (this.localDescription?.sdp !== sdp || this.#isRolledBack) return;
    this.dispatchEvent(Object.assign(new Event("icecandidate"), { candidate: { candidate: sdp } }));
  }

  /** @param {() => void} step */
  #operate(step) {
    this.#busy += 1;
    const done = this.#chain
      .then(async () => {
        await turns(this.#roll(4));
        if (this.signalingState === "closed") return new Promise(() => {});
        return step();
      })
      .finally(() => {
        this.#busy -= 1;
        this.#ask();
      });
    this.#chain = done.catch(() => {});
    return done;
  }

  #ask() {
    setImmediate(() => {
      if (this.wanted === this.agreed || this.signalingState !== "stable" || this.#busy) return;
      this.dispatchEvent(new Event("negotiationneeded"));
    });
  }
}

/**
 * @param {string} name
 * @param {string} message
 */
function refusal(name, message) {
  return Object.assign(new Error(message), { name });
}

/**
 * A wire on which messages arrive in order, each after some turns.
 * @template Message
 * @param {Roll} roll
 * @param {(message: Message) => void} deliver
 * @returns {(message: Message) => void}
 */
export function wire(roll, deliver) {
  let last = Promise.resolve();
  return (message) => {
    last = last
      .then(() => turns(roll(5)))
      .then(() => {
        deliver(message);
      });
  };
}

/**
 * Waits until it holds. A test that waits in vain ends by the deadline of its runner.
 * @param {() => unknown} holds
 */
export async function until(holds) {
  while (!holds()) await turns(0);
}
