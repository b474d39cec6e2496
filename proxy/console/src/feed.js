/** The live feed of the proxy, across its restarts. */

/** @import { Frame } from "./rows.js" */
/** @import { Session } from "./session.js" */

/** Times between attempts to come back, the last one for as long as it takes. */
const DELAYS_MS = [250, 500, 1000, 2000];
/** A proxy that is idle says nothing. After this time it is asked whether it still answers. */
const SILENCE_MS = 6000;
const PATIENCE_MS = 3000;

/**
 * `crowded`: the proxy answers, and too many read its feed.
 * @typedef {"connecting" | "live" | "lost" | "crowded"} FeedState
 */

/**
 * @typedef {object} Listener
 * @property {() => void} began a new snapshot follows
 * @property {(frame: Frame) => void} took
 * @property {(state: FeedState) => void} turned
 */

export class Feed {
  /** @type {FeedState} */
  state = "connecting";
  #session;
  #listener;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {string | null} */
  #channel = null;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Session} session
   * @param {Listener} listener
   */
  constructor(session, listener) {
    this.#session = session;
    this.#listener = listener;
  }

  /** Connects, anew if there is a connection. */
  open() {
    clearTimeout(this.#timer);
    const former = this.#socket;
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/live`);
    this.#socket = socket;
    former?.close();
    let isOpen = false;
    this.#on(socket, "open", () => {
      isOpen = true;
      this.#failures = 0;
      socket.send(JSON.stringify({ ...this.#wish(), ...(this.#session.token && { token: this.#session.token }) }));
      this.#listener.began();
    });
    this.#on(socket, "message", ({ data }) => this.#heard(data));
    this.#on(socket, "close", ({ reason }) => this.#closed(isOpen, reason));
  }

  /** @param {string | null} channel whose peers are wanted */
  choose(channel) {
    this.#channel = channel;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(this.#wish()));
  }

  #wish() {
    return this.#channel === null ? {} : { channel: this.#channel };
  }

  /**
   * Events of a socket that was replaced are nobody's.
   * @template {keyof WebSocketEventMap} Type
   * @param {WebSocket} socket
   * @param {Type} type
   * @param {(event: WebSocketEventMap[Type]) => void} then
   */
  #on(socket, type, then) {
    socket.addEventListener(type, (event) => {
      if (socket === this.#socket) then(event);
    });
  }

  /** @param {string} text */
  #heard(text) {
    this.#turn("live");
    this.#listener.took(JSON.parse(text));
    this.#watch();
  }

  #watch() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const socket = this.#socket;
      const answers = await isAnswering();
      if (socket !== this.#socket || socket?.readyState !== WebSocket.OPEN) return;
      this.#turn(answers ? "live" : "lost");
      this.#watch();
    }, SILENCE_MS);
  }

  /**
   * @param {boolean} wasOpen
   * @param {string} reason
   */
  async #closed(wasOpen, reason) {
    clearTimeout(this.#timer);
    this.#socket = null;
    if (wasOpen && reason.includes("token")) {
      this.#session.forget();
      this.open();
      return;
    }
    this.#turn(!wasOpen && (await isAnswering()) ? "crowded" : "lost");
    // Meanwhile it may have been opened again.
    if (this.#socket) return;
    const delay = DELAYS_MS[Math.min(this.#failures, DELAYS_MS.length - 1)];
    this.#failures += 1;
    this.#timer = setTimeout(() => this.open(), delay);
  }

  /** @param {FeedState} state */
  #turn(state) {
    if (this.state === state) return;
    this.state = state;
    this.#listener.turned(state);
  }
}

async function isAnswering() {
  try {
    const answer = await fetch("/status", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok;
  } catch {
    return false;
  }
}
