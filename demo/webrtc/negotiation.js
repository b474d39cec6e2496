/**
 * Perfect negotiation of one connection, as the WebRTC specification has it: either side may offer at any time, and when
 * both do, the impolite one's offer counts. Who is polite is known beforehand, so it is never negotiated. Only the very first
 * offer is the impolite one's: Chromium fails now and then to take back one with data channels before they have been agreed
 * upon ("Failed to start SCTP transport"), and nothing is lost by not making it.
 */

/** @import { SignalContent } from "./signal.js" */

/** Signals of a peer that wait to be served: the browser makes some twenty candidates at once, and offers one at a time. */
const WAITING_AT_MOST = 200;

export class Negotiation {
  /** Offers of the other side that were ignored, as both had offered at once. */
  collisions = 0;
  /** What the browser has refused. */
  faults = 0;
  #connection;
  #send;
  #isPolite;
  #isOffering = false;
  #isIgnoring = false;
  /** An answer is being applied: the connection will be stable before an offer that has come meanwhile is served. */
  #isSettling = false;
  #waiting = 0;

  /**
   * @param {RTCPeerConnection} connection
   * @param {{send: (content: SignalContent) => void, isPolite: boolean, onFault?: (error: unknown)
   *   => void}} options
   */
  constructor(connection, { send, isPolite, onFault = () => {} }) {
    this.#connection = connection;
    this.#send = send;
    this.#isPolite = isPolite;
    this.onFault = onFault;
    connection.addEventListener("negotiationneeded", () => this.#try(() => this.#offer()));
    connection.addEventListener("icecandidate", ({ candidate }) => this.#send({ candidate }));
  }

  /**
   * Never rejects: what a peer sends may be anything.
   * @param {{description?: RTCSessionDescriptionInit, candidate?: RTCIceCandidateInit | null}} signal
   */
  async receive({ description, candidate }) {
    if (this.#waiting >= WAITING_AT_MOST) return this.#fail(new Error("The peer sends more than can be served."));
    this.#waiting += 1;
    await this.#try(() => (description ? this.#describe(description) : this.#add(candidate)));
    this.#waiting -= 1;
    return undefined;
  }

  async #offer() {
    // What is needed is asked for again once the first offer has been answered.
    if (this.#isPolite && !this.#connection.remoteDescription) return;
    this.#isOffering = true;
    try {
      await this.#connection.setLocalDescription();
      this.#sendDescription("offer");
    } finally {
      this.#isOffering = false;
    }
  }

  /** @param {RTCSessionDescriptionInit} description */
  async #describe(description) {
    const isOffer = description.type === "offer";
    const isReady = !this.#isOffering && (this.#connection.signalingState === "stable" || this.#isSettling);
    this.#isIgnoring = isOffer && !isReady && !this.#isPolite;
    if (isOffer && !isReady) this.collisions += 1;
    if (this.#isIgnoring) return;
    this.#isSettling = !isOffer;
    try {
      await this.#connection.setRemoteDescription(description);
    } finally {
      this.#isSettling = false;
    }
    if (!isOffer) return;
    await this.#connection.setLocalDescription();
    this.#sendDescription("answer");
  }

  /**
   * A candidate of an offer that was ignored fits nothing, and that is no fault. Whether it is one is known as it comes: by the
   * time the browser refuses it, the next description may be there.
   * @param {RTCIceCandidateInit | null} [candidate]
   */
  async #add(candidate) {
    const isOfIgnored = this.#isIgnoring;
    try {
      await this.#connection.addIceCandidate(candidate);
    } catch (error) {
      if (!isOfIgnored) throw error;
    }
  }

  /**
   * By now it may be gone again: the other side's offer may have rolled it back.
   * @param {RTCSdpType} type
   */
  #sendDescription(type) {
    const { localDescription: description } = this.#connection;
    if (description?.type === type) this.#send({ description });
  }

  /** @param {() => Promise<void>} step */
  async #try(step) {
    try {
      await step();
    } catch (error) {
      // What a connection that was closed has still refused matters to nobody.
      if (this.#connection.signalingState !== "closed") this.#fail(error);
    }
  }

  /** @param {unknown} error */
  #fail(error) {
    this.faults += 1;
    this.onFault(error);
  }
}
