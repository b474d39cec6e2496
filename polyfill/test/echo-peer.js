/** For pages under test: a peer that accepts every dial and sends back what it gets, as echo.mjs does for WebSocket. */

/** What it obeys instead, with words behind it. @type {Record<string, (at: Answered, ...details: string[]) => void>} */
const ORDERS = {
  close: ({ socket, say }, code, reason) =>
    canBeSaid(code)
      ? socket.close(code ? Number(code) : undefined, reason)
      : say({ event: "close", code: Number(code), reason }),
  terminate: ({ echo }) => echo.leave(),
  // No credit can be so small: the other end has to fail the stream.
  garble: ({ say }) => say({ event: "credit", credit: 0 }),
};

/**
 * The end of a stream at the peer that sends back. `say` writes a frame of it that no page writes.
 * @typedef {{echo: EchoPeer, socket: DialedWebSocket, say: (data: object) => void}} Answered
 */

/**
 * The peer that sends back, as its own socket, the WebSocket below that, and what the one that dials sees of it.
 * @typedef {{far: NetworkWebSocket, carrier?: WebSocket, peer: PeerWebSocket}} Far
 */

class EchoPeer {
  /** The one that dials. @type {NetworkWebSocket} */
  #near;
  /** @type {Far | undefined} */
  #there;
  /** The number of the stream that was dialled last. */
  #stream = 0;
  /** Who has left. @type {PeerWebSocket | undefined} */
  #gone;
  /** @type {Set<DialedWebSocket>} */
  #sockets = new Set();
  /** Whether there is somebody to dial. @type {Promise<void>} */
  isHere = Promise.resolve();

  /** @param {string} endpoint */
  static async meet(endpoint) {
    const echo = new EchoPeer(endpoint);
    await next(echo.#near, "open");
    echo.#there = await echo.#arrive();
    await echo.leave();
    return echo;
  }

  /** @param {string} endpoint */
  constructor(endpoint) {
    this.endpoint = endpoint;
    this.channel = `same-${crypto.randomUUID()}`;
    this.#near = new NetworkWebSocket(this.channel, { endpoint });
  }

  /** @param {unknown} protocols */
  dial(protocols) {
    if (!this.#there) throw new Error("Nobody is there.");
    const socket = this.#there.peer.dial(wrong(protocols));
    this.#sockets.add(socket);
    return wrong(socket);
  }

  /** Dials somebody who has left. */
  dialInVain() {
    return wrong(this.#gone?.dial());
  }

  /** Closes all that was dialled, and waits until it is closed. */
  async rest() {
    const sockets = [...this.#sockets].filter(({ readyState }) => readyState < 3);
    this.#sockets.clear();
    const closed = sockets.map((socket) => next(socket, "close"));
    sockets.forEach((socket) => socket.close());
    await Promise.all(closed);
  }

  /** Leaves the channel and comes anew: so there is always somebody who has left. */
  leave() {
    this.isHere = this.#replace();
    return this.isHere;
  }

  async #replace() {
    const left = next(this.#near, "disconnect");
    this.#there?.far.close();
    this.#there = undefined;
    this.#gone = (await left).detail?.target;
    this.#there = await this.#arrive();
  }

  async #arrive() {
    const arrived = arrival(this.#near);
    const native = WebSocket;
    /** @type {WebSocket | undefined} */
    let carrier;
    globalThis.WebSocket = this.#watched((made) => (carrier = made));
    const far = new NetworkWebSocket(this.channel, { endpoint: this.endpoint });
    far.ondial = (event) => this.#answer(event);
    await next(far, "open");
    globalThis.WebSocket = native;
    return { far, carrier, peer: await arrived };
  }

  /**
   * A WebSocket that tells the numbers of streams.
   * @param {(carrier: WebSocket) => void} made
   */
  #watched(made) {
    /** @param {MessageEvent} event */
    const hear = ({ data }) => this.#hear(data);
    return class extends WebSocket {
      /** @param {ConstructorParameters<typeof WebSocket>} args */
      constructor(...args) {
        super(...args);
        made(this);
        this.addEventListener("message", hear);
      }
    };
  }

  /** @param {unknown} frame */
  #hear(frame) {
    const { data } = typeof frame === "string" ? JSON.parse(frame) : {};
    if (data?.event === "dial") {
      this.#stream = data.stream;
    }
  }

  /** @param {DialEvent} event */
  #answer(event) {
    const stream = this.#stream + 2 ** 31;
    const target = event.peer.id;
    const carrier = this.#there?.carrier;
    const socket = event.accept(event.protocols[0]);
    /** @param {object} data */
    const say = (data) => carrier?.send(JSON.stringify({ action: "stream", target, data: { stream, ...data } }));
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => obey({ echo: this, socket, say }, data) || socket.send(data);
  }
}

/**
 * @param {Answered} at
 * @param {unknown} data
 */
function obey(at, data) {
  const [order, ...details] = typeof data === "string" ? data.split(" ") : [];
  const isKnown = Object.hasOwn(ORDERS, order);
  if (isKnown) {
    ORDERS[order](at, ...details);
  }
  return isKnown;
}

/**
 * Whether a page may close with a code.
 * @param {string} [code]
 */
function canBeSaid(code = "1000") {
  return code === "1000" || Number(code) >= 3000;
}
