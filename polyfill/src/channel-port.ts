import type { Core, Host } from "nws-core";

import { presenceEvent } from "./events.ts";
import { gather } from "./facts.ts";
import { FAILURES } from "./failures.ts";
import { type Arrival, isMessage, readBinary, readText } from "./frames.ts";
import { ABNORMAL, Fact, State } from "./numbers.ts";
import { type Endpoint, locate } from "./options.ts";
import { makePeer } from "./peer-web-socket.ts";
import { type Data, type End, type Frame, Port, sizeOf } from "./port.ts";
import { Queue } from "./queue.ts";
import { Wait } from "./wait.ts";

/** Who takes the frames of streams. The build without streams has nobody. */
export interface StreamPort {
  /** Takes a frame, and returns whether it is about a stream. Gets all peers by their ids. */
  receive(arrival: Arrival, data: string | ArrayBuffer, peers: ReadonlyMap<string, Port>): boolean;
  /** A peer leaves: its streams end. */
  leave(peer: Port): void;
}

/** What builds add to a channel. */
export const additions: { query: string; streams?(channel: ChannelPort): StreamPort } = { query: "" };

/**
 * The port of a channel's own socket: it does what the core asks of a browser, and tells the core what happens. What is to
 * happen then is decided in client-wasm/src/session.
 */
export class ChannelPort extends Port implements Host {
  /** The browser's socket, the last one there was. */
  carrier: WebSocket | undefined;
  readonly #peers = new Map<string, Port>();
  #list: readonly EventTarget[] | undefined;
  readonly #queue = new Queue();
  readonly #wait = new Wait();
  readonly streams = additions.streams?.(this);
  /** As long as the connection is listened to, or the page may come back to it. */
  #life: AbortController | undefined;
  /** The most bytes that the proxy takes at once, while there is one that has told. */
  maxMessageSize: number | undefined;
  /** Until the channel has ended. */
  core: Core | undefined;
  /** The address of the connection, the last one there was; that of the first one before, if it is known. */
  url: string;
  /** Where the proxy of the latest attempt is. */
  #base = "";
  /** What the page's own function threw. */
  #why = "";
  // What the core was called for last, and so what its own calls are about: set before each call, read in those it makes.
  #arrival: Arrival | undefined;
  #peer: Port | undefined;
  #end: End | undefined;

  constructor(
    readonly endpoint: Endpoint,
    readonly path: string,
    readonly protocols: string[],
  ) {
    super(0, "", "", '{"action":"broadcast","data":', "");
    this.url = typeof endpoint === "string" ? endpoint + path : "";
  }

  /** The same list until somebody comes or goes. */
  get peers(): readonly EventTarget[] {
    return (this.#list ??= Object.freeze(Array.from(this.#peers.values(), ({ socket }) => socket)));
  }

  async connect(): Promise<void> {
    try {
      this.#base = await locate(this.endpoint);
    } catch (error) {
      this.#why = String(error);
      this.core?.onEndpointFailure();
      return;
    }
    try {
      this.core?.connect(this.#base + this.path + additions.query, this.protocols);
    } catch {
      // Firefox throws where a policy forbids the connection.
      this.core?.onFacts(Fact.Barred);
    }
  }

  async gatherFacts(): Promise<void> {
    const { carrier } = this;
    const { facts } = await gather(this.#base, true);
    if (carrier === this.carrier) {
      this.core?.onFacts(facts);
    }
  }

  listen(carrier: WebSocket): void {
    this.carrier = carrier;
    this.url = this.#base + this.path;
    this.origin = new URL(this.url).origin;
    // The head of a frame is read before the page hears of it; a Blob could not be read in time.
    carrier.binaryType = "arraybuffer";
    carrier.onopen = () => this.core?.onOpen();
    carrier.onmessage = ({ data }) => this.#receive(data);
    const end = ({ code, reason, wasClean }: End) => {
      // Deno reports 0 for a connection that never was.
      this.#end = { code: code || ABNORMAL, reason, wasClean };
      this.core?.onClose(this.#end.code);
    };
    carrier.onerror = () => {
      this.core?.onError();
      if (carrier.readyState === State.Connecting) {
        // Node 22 has no more to say of a connection that never was. Whoever has says it of an attempt that is over.
        this.unlisten();
        end({ code: ABNORMAL, reason: "", wasClean: false });
      }
    };
    carrier.onclose = end;
    this.#leaveInCache();
  }

  /** A browser may keep a page that is left, which then runs no more. The others see it leave, and it learns of that when it is back. */
  #leaveInCache(): void {
    this.#life?.abort();
    const { signal } = (this.#life = new AbortController());
    const hide = ({ persisted }: PageTransitionEvent) => {
      if (persisted) {
        this.unlisten();
        this.carrier!.close();
        const lose = () => {
          this.setEnd(ABNORMAL, false);
          this.core?.onClose(ABNORMAL);
        };
        addEventListener("pageshow", lose, { signal, once: true });
      }
    };
    globalThis.addEventListener?.("pagehide", hide, { signal });
  }

  unlisten(): void {
    const { carrier } = this;
    if (carrier) {
      carrier.onopen = carrier.onmessage = carrier.onerror = carrier.onclose = null;
    }
  }

  #receive(data: string | ArrayBuffer): void {
    const arrival = (this.#arrival = typeof data === "string" ? readText(data) : readBinary(data));
    const peer = (this.#peer = this.#peers.get(isMessage(arrival) ? arrival.source : arrival.target));
    if (!this.streams?.receive(arrival, data, this.#peers)) {
      this.core?.onFrame(arrival.action, peer ? peer.state : State.None);
    }
  }

  wait(milliseconds: number, hopeful: boolean): void {
    this.#wait.start(milliseconds, hopeful, () => this.core?.onAwake());
  }

  cancelWait(): void {
    this.#wait.cancel();
  }

  /** Keeps a frame for the next connection. */
  enqueue(core: Core, data: Data, frame: Frame): void {
    const bytes = sizeOf(data, 0);
    core.checkRoom(this.#queue.bytes, bytes);
    this.#queue.push(frame, this.overhead(data, frame), bytes);
    this.retained += bytes;
  }

  flush(): boolean {
    this.maxMessageSize = this.#arrival!.maxMessageSize;
    this.retained -= this.#queue.bytes;
    let wasTooBig = false;
    for (const [frame, overhead, bytes] of this.#queue.empty()) {
      if (bytes > this.maxMessageSize!) {
        wasTooBig = true;
      } else {
        this.core?.send(this.serial, this.state, frame, overhead);
      }
    }
    return wasTooBig;
  }

  retainUnsent(all: boolean): void {
    for (const port of all ? [...this.#peers.values(), this] : this.#peers.values()) {
      port.retained += this.core!.bufferedAmount(port.serial);
    }
  }

  clearId(): void {
    this.id = "";
    this.maxMessageSize = undefined;
  }

  opened(): void {
    this.id = this.#arrival!.source;
    this.socket.dispatchEvent(new Event("open"));
  }

  synced(): void {
    const { settled } = this.#arrival!;
    this.socket.dispatchEvent(new CustomEvent("sync", { detail: { settled } }));
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
    const { code, reason, target = "" } = this.#arrival!;
    (this.#peer ?? this).fail(code, reason, false, target);
  }

  error(failure: number, fatal: boolean): void {
    const [reason, message = this.#why] = FAILURES[failure]!;
    this.fail(reason, message, fatal);
  }

  reconnecting(attempt: number, delay: number): void {
    const { code, reason } = this.#end!;
    this.socket.dispatchEvent(new CustomEvent("reconnecting", { detail: { attempt, delay, code, reason } }));
  }

  setEnd(code: number, wasClean: boolean): void {
    this.#end = { code, reason: "", wasClean };
  }

  /** The page's object and the core are let go of, as the core holds this port for longer. */
  closed(): void {
    this.end(this.#end!);
    this.socket = new EventTarget();
    this.core = this.maxMessageSize = undefined;
    this.#life?.abort();
  }

  arrive(serial: number): number {
    const id = this.#arrival!.target;
    const peer = makePeer(this.core!, this, serial, id);
    this.#peers.set(id, peer);
    this.#list = undefined;
    this.socket.dispatchEvent(presenceEvent("connect", peer.socket));
    // A handler may have closed another peer.
    this.#peer = peer;
    return peer.state;
  }

  greet(): void {
    const peer = this.#peer!;
    peer.state = State.Open;
    peer.socket.dispatchEvent(new Event("open"));
  }

  depart(peer: Port = this.#peer!): void {
    this.#peers.delete(peer.id);
    this.#list = undefined;
    peer.state = State.Closed;
    this.streams?.leave(peer);
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
      peer.state = State.Closing;
    }
  }

  leaveSoon(serial: number, code: number, reason: string): void {
    const port = this.#peer!;
    const leave = () => {
      this.#peer = port;
      this.#end = { code, reason, wasClean: true };
      this.core?.onLeft(serial, port.state);
    };
    // A browser's socket takes a task to close.
    serial ? queueMicrotask(leave) : setTimeout(leave);
  }
}
