import type { Core } from "nws-core";

import { presenceEvent } from "./events.ts";
import { Fact, gather } from "./facts.ts";
import { FAILURES } from "./failures.ts";
import { type Arrival, readBinary, readText } from "./frames.ts";
import { type Endpoint, locate } from "./options.ts";
import { makePeer } from "./peer-web-socket.ts";
import { type Data, type End, type Frame, Port } from "./port.ts";

/** By the core's count, the state of a peer who is not there. */
const NOBODY = 4;

/**
 * The port of a channel's own socket: what the core asks of a browser, and what it is told of it. This side of
 * client-wasm/src/host.rs, where every decision is taken.
 */
export class ChannelPort extends Port {
  /** The browser's socket, the last one there was. */
  carrier: WebSocket | undefined;
  readonly #peers = new Map<string, Port>();
  readonly #queue: [frame: Frame, overhead: number][] = [];
  #queued = 0;
  #core: Core | undefined;
  #why = "";
  #waiting: AbortController | undefined;
  /** What the core was last called for. */
  #arrival: Arrival | undefined;
  #peer: Port | undefined;
  #end: End | undefined;

  constructor(
    readonly endpoint: Endpoint,
    readonly protocols: string[],
  ) {
    super(0, "", "", '{"action":"broadcast","data":', "");
  }

  get peers(): EventTarget[] {
    return Array.from(this.#peers.values(), ({ socket }) => socket);
  }

  /** The first attempt. What is wrong with an address that needs no asking is thrown. */
  start(core: Core): void {
    // Not before: the core holds this port, and a core that has thrown would never be garbage.
    if (typeof this.endpoint === "string") {
      this.#attempt(core, this.endpoint);
      this.#core = core;
    } else {
      this.#core = core;
      this.connect();
    }
  }

  async connect(): Promise<void> {
    try {
      // What the function throws is told later, too: when the page has the socket and listens.
      this.#attempt(this.#core, await locate(this.endpoint));
    } catch (error) {
      this.#why = String(error);
      this.#core?.lost();
    }
  }

  #attempt(core: Core | undefined, endpoint: string): void {
    try {
      core?.connect(endpoint, this.protocols);
    } catch (error) {
      if ((error as Error).name === "SyntaxError") {
        throw error;
      }
      // Firefox throws where a policy forbids the connection.
      setTimeout(() => this.#core?.explained(Fact.Barred));
    }
  }

  async investigate(): Promise<void> {
    const { carrier } = this;
    const { facts } = await gather(carrier!.url);
    if (carrier === this.carrier) {
      this.#core?.explained(facts);
    }
  }

  listen(carrier: WebSocket): void {
    this.carrier = carrier;
    this.origin = new URL(carrier.url).origin;
    // The head of a frame is read before the page hears of it; a Blob could not be read in time.
    carrier.binaryType = "arraybuffer";
    carrier.onopen = () => this.#core?.opened();
    carrier.onmessage = ({ data }) => this.#receive(data);
    const end = ({ code, reason, wasClean }: End) => {
      // Deno reports 0 for a connection that never was.
      this.#end = { code: code || 1006, reason, wasClean };
      this.#core?.closed(this.#end.code);
    };
    carrier.onerror = () => {
      this.#core?.broke();
      if (carrier.readyState === 0) {
        // Node 22 has no more to say of a connection that never was. Whoever has says it of an attempt that is over.
        this.unlisten();
        end({ code: 1006, reason: "", wasClean: false });
      }
    };
    carrier.onclose = end;
  }

  unlisten(): void {
    const { carrier } = this;
    if (carrier) {
      carrier.onopen = carrier.onmessage = carrier.onerror = carrier.onclose = null;
    }
  }

  #receive(data: string | ArrayBuffer): void {
    const arrival = (this.#arrival = typeof data === "string" ? readText(data) : readBinary(data));
    const peer = (this.#peer = this.#peers.get(arrival.action < 3 ? arrival.source : arrival.target));
    this.#core?.received(arrival.action, peer ? peer.state : NOBODY);
  }

  wait(milliseconds: number, hopeful: boolean): void {
    this.calm();
    const { signal } = (this.#waiting = new AbortController());
    const wake = () => {
      this.calm();
      this.#core?.awake();
    };
    const timer = setTimeout(wake, milliseconds);
    signal.onabort = () => clearTimeout(timer);
    if (hopeful) {
      globalThis.addEventListener?.("online", wake, { signal });
      globalThis.document?.addEventListener("visibilitychange", () => document.hidden || wake(), { signal });
    }
  }

  calm(): void {
    this.#waiting?.abort();
  }

  /** Keeps a frame for the next connection. */
  enqueue(core: Core, data: Data, frame: Frame): void {
    const bytes = length(data);
    core.enqueue(this.#queued, bytes);
    this.#queue.push([frame, this.overhead(data, frame)]);
    this.#queued += bytes;
    this.discarded += bytes;
  }

  flush(): void {
    this.discarded -= this.#queued;
    this.#queued = 0;
    for (const [frame, overhead] of this.#queue.splice(0)) {
      this.#core?.send(0, 0, frame, overhead);
    }
  }

  strand(all: boolean): void {
    for (const port of all ? [...this.#peers.values(), this] : this.#peers.values()) {
      port.discarded += this.#core!.bufferedAmount(port.serial);
    }
  }

  forget(): void {
    this.id = "";
  }

  opened(): void {
    this.id = this.#arrival!.source;
    this.socket.dispatchEvent(new Event("open"));
  }

  broadcast(): void {
    const { data, source } = this.#arrival!;
    this.message(data, source, this.#peer);
  }

  direct(): void {
    const { data, source } = this.#arrival!;
    this.#peer!.message(data, source, this.#peer);
  }

  complain(): void {
    const { code, reason } = this.#arrival!;
    (this.#peer ?? this).fail(code, reason);
  }

  error(failure: number): void {
    const [reason, message = this.#why] = FAILURES[failure]!;
    this.fail(reason, message);
  }

  reconnecting(attempt: number, delay: number): void {
    this.socket.dispatchEvent(new CustomEvent("reconnecting", { detail: { attempt, delay } }));
  }

  ends(code: number, wasClean: boolean): void {
    this.#end = { code, reason: "", wasClean };
  }

  /** The page's object and the core are let go of, as the core holds this port for longer. */
  closed(): void {
    this.end(this.#end!);
    this.socket = new EventTarget();
    this.#core = undefined;
  }

  arrive(serial: number): number {
    const id = this.#arrival!.target;
    const peer = makePeer(this.#core!, this, serial, id);
    this.#peers.set(id, peer);
    this.socket.dispatchEvent(presenceEvent("connect", peer.socket));
    // A handler may have closed another peer.
    this.#peer = peer;
    return peer.state;
  }

  greet(): void {
    const peer = this.#peer!;
    peer.state = 1;
    peer.socket.dispatchEvent(new Event("open"));
  }

  depart(peer: Port = this.#peer!): void {
    this.#peers.delete(peer.id);
    peer.state = 3;
    peer.end(this.#end!);
    this.socket.dispatchEvent(presenceEvent("disconnect", peer.socket));
  }

  departAll(): void {
    for (const peer of [...this.#peers.values()]) {
      this.depart(peer);
    }
  }

  /** Closes the socket of one of the channel's ports. */
  close(core: Core, port: Port, code: number | undefined, reason: string | undefined): void {
    this.#peer = port;
    core.close(port.serial, port.state, code, reason);
  }

  closing(all: boolean): void {
    for (const peer of all ? this.#peers.values() : [this.#peer!]) {
      peer.state = 2;
    }
  }

  leaveSoon(serial: number, code: number, reason: string): void {
    const port = this.#peer!;
    queueMicrotask(() => {
      this.#peer = port;
      this.#end = { code, reason, wasClean: true };
      this.#core?.left(serial, port.state);
    });
  }
}

/** The bytes of `data` as `bufferedAmount` counts them. */
export function length(data: Data): number {
  if (typeof data === "string") {
    return new TextEncoder().encode(data).length;
  }
  return ArrayBuffer.isView(data) ? data.length : data.size;
}
