/** A client of the same protocol in plain JavaScript: what a page would do without this package, and what ours is measured against. */

/** @typedef {{id: string, send(data: Data): void, onmessage?: (message: Message) => void}} Peer */

/** @typedef {string | ArrayBuffer | Uint8Array<ArrayBuffer>} Data */

/** @typedef {{data: string | ArrayBuffer, senderId: string, peer: Peer | undefined}} Message */

/**
 * What the proxy says.
 * @typedef {{action: string, source: string, target?: string, data: string | ArrayBuffer}} Frame
 */

/** A channel; `onmessage` is given `{ data, senderId, peer }`, `onpeer` whoever arrives, `onopen` nothing. */
export class HandWritten {
  id = "";
  /** @type {Map<string, Peer>} */
  peers = new Map();
  /** @type {((message: Message) => void) | undefined} */
  onmessage;
  /** @type {((peer: Peer) => void) | undefined} */
  onpeer;
  /** @type {(() => void) | undefined} */
  onopen;

  /** @param {string} url */
  constructor(url) {
    this.socket = new WebSocket(url);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.socket.send('{"action":"status"}');
    this.socket.onmessage = ({ data }) => (typeof data === "string" ? this.hear(JSON.parse(data)) : this.unpack(data));
  }

  /** @param {Frame} frame */
  hear({ action, source, target = "", data }) {
    if (action === "broadcast") {
      this.onmessage?.({ data, senderId: source, peer: this.peers.get(source) });
    } else if (action === "message") {
      const peer = this.peers.get(source);
      peer?.onmessage?.({ data, senderId: source, peer });
    } else if (action === "connect") {
      /** @type {Peer} */
      const peer = { id: target, send: (what) => this.transmit(what, target) };
      this.peers.set(target, peer);
      this.onpeer?.(peer);
    } else if (action === "disconnect") {
      this.peers.delete(target);
    } else if (action === "status" && !this.id) {
      this.id = source;
      this.onopen?.();
    }
  }

  /** @param {ArrayBuffer} frame */
  unpack(frame) {
    const [kind, length] = new Uint8Array(frame, 0, 2);
    const source = new TextDecoder().decode(new Uint8Array(frame, 2, length));
    this.hear({ action: kind === 1 ? "broadcast" : "message", source, data: frame.slice(2 + length) });
  }

  /** @param {Data} data */
  send(data) {
    this.transmit(data);
  }

  /**
   * @param {Data} data
   * @param {string} [target]
   */
  transmit(data, target) {
    if (typeof data === "string") {
      this.socket.send(JSON.stringify(target ? { action: "message", target, data } : { action: "broadcast", data }));
    } else {
      const id = new TextEncoder().encode(target ?? "");
      const frame = new Uint8Array(2 + id.length + data.byteLength);
      frame.set([target ? 2 : 1, id.length]);
      frame.set(id, 2);
      frame.set(new Uint8Array(data), 2 + id.length);
      this.socket.send(frame);
    }
  }
}
