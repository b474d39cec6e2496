import type { Core } from "nws-core";

import { presenceEvent } from "./events.ts";
import type { Endpoint } from "./options.ts";
import { makePeer } from "./peer-web-socket.ts";
import { Port } from "./port.ts";

/** The port of a channel's own socket: what the core asks of a browser, and what it is told of it. */
export class ChannelPort extends Port {
  /** The browser's socket, the last one there was. */
  carrier: WebSocket | undefined;
  #core: Core | undefined;
  #waiting: AbortController | undefined;

  constructor(readonly endpoint: Endpoint) {
    super(0, "", "");
  }

  /** The first attempt. What is wrong with an address that needs no asking is thrown. */
  start(core: Core): void {
    this.#core = core;
    if (typeof this.endpoint === "function") {
      this.connect();
    } else {
      core.connect(this.endpoint);
    }
  }

  async connect(): Promise<void> {
    const { endpoint } = this;
    try {
      // What the function throws is told later, too: when the page has the socket and listens.
      const ask = async () => (typeof endpoint === "function" ? endpoint() : endpoint);
      this.#core?.connect(`${await ask()}`);
    } catch (error) {
      this.#core?.lost(String(error));
    }
  }

  listen(carrier: WebSocket): void {
    this.carrier = carrier;
    this.origin = new URL(carrier.url).origin;
    carrier.onopen = () => this.#core?.opened();
    carrier.onmessage = ({ data }) => this.#core?.received(data);
    carrier.onerror = () => this.#core?.broke();
    // Deno reports 0 for a connection that never was.
    carrier.onclose = ({ code, reason, wasClean }) => this.#core?.closed(code || 1006, reason, wasClean);
  }

  unlisten(): void {
    const { carrier } = this;
    if (carrier) {
      carrier.onopen = carrier.onmessage = carrier.onerror = carrier.onclose = null;
    }
  }

  wait(milliseconds: number): void {
    this.calm();
    const { signal } = (this.#waiting = new AbortController());
    const wake = () => {
      this.calm();
      this.#core?.awake();
    };
    const timer = setTimeout(wake, milliseconds);
    signal.onabort = () => clearTimeout(timer);
    globalThis.addEventListener?.("online", wake, { signal });
    globalThis.document?.addEventListener("visibilitychange", () => document.hidden || wake(), { signal });
  }

  calm(): void {
    this.#waiting?.abort();
  }

  leaveSoon(port: Port, code: number, reason: string): void {
    queueMicrotask(() => this.#core?.leave(port, code, reason));
  }

  peer(serial: number, id: string): Port {
    return makePeer(this.#core!, serial, id, this.origin);
  }

  connected(peer: Port): void {
    this.socket.dispatchEvent(presenceEvent("connect", peer.socket));
  }

  disconnected(peer: Port): void {
    this.socket.dispatchEvent(presenceEvent("disconnect", peer.socket));
  }

  reconnecting(attempt: number, delay: number): void {
    this.socket.dispatchEvent(new CustomEvent("reconnecting", { detail: { attempt, delay } }));
  }

  /** Lets go of the page's object and of the core, which holds this port for longer. */
  override closed(code: number, reason: string, wasClean: boolean): void {
    super.closed(code, reason, wasClean);
    this.socket = new EventTarget();
    this.#core = undefined;
  }
}
