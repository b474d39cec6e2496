import type { Core } from "nws-core";

import { presenceEvent } from "./events.ts";
import { type Arrival, isMessage, readBinary, readText } from "./frames.ts";
import {
  ABNORMAL,
  ARGUMENT,
  Fact,
  FAILURES,
  GOING_AWAY,
  HAS_MORE,
  InputCode,
  NO_STATUS,
  ReadyState,
  StepCode,
} from "./generated/numbers.ts";
import { type Endpoint, locate } from "./options.ts";
import { makePeer } from "./peer-web-socket.ts";
import { type Data, type End, type Frame, Port, Queue, sizeOf } from "./port.ts";
import { gather } from "./reachability.ts";
import { Wait } from "./wait.ts";

/** Who takes the frames of streams. The build without streams has nobody. */
export interface StreamPort {
  /** Takes a frame, and returns whether it is about a stream. Gets all peers by their ids. */
  receive(arrival: Arrival, data: string | ArrayBuffer, peers: ReadonlyMap<string, Port>): boolean;
  /** A peer leaves: its streams end. */
  leave(peer: Port): void;
}

/** What builds add to a channel. */
export const additions: { query: string; status: string; streams?(channel: Channel): StreamPort } = {
  query: "",
  status: '{"action":"status"}',
};

/** The end of what is lost, or never was. */
const LOST: End = { code: ABNORMAL, reason: "", wasClean: false };

/** The end of a peer that has left. */
const GONE: End = { code: GOING_AWAY, reason: "", wasClean: true };

/**
 * A channel's connection, peers and events. It tells the core what happens, and does the steps that follow: the core,
 * client-core/src/session.rs, decides.
 */
export class Channel extends Port {
  /** The browser's socket, the last one there was. */
  carrier: WebSocket | undefined;
  readonly #peers = new Map<string, Port>();
  #list: readonly EventTarget[] | undefined;
  readonly #queue = new Queue();
  readonly #wait = new Wait();
  readonly streams = additions.streams?.(this);
  /** As long as the connection is listened to, or the page may come back to it. */
  #life: AbortController | undefined;
  /** When the proxy told the own id, in milliseconds. */
  #admitted = 0;
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

  start(socket: EventTarget, core: Core): void {
    this.socket = socket;
    this.core = core;
    this.#run(core.step());
  }

  /** Does a step of the core, and those that follow. `end`, `peer` and `arrival` are those of the input. */
  #run(first: number | undefined, end = LOST, peer?: Port, arrival?: Arrival): void {
    for (let step = first; step; step = step & HAS_MORE ? this.core?.step() : StepCode.Done) {
      const argument = Math.floor(step / ARGUMENT);
      switch (step & (HAS_MORE - 1)) {
        case StepCode.Broadcast:
          this.message(arrival!.data, arrival!.source, peer);
          break;
        case StepCode.Direct:
          peer!.message(arrival!.data, arrival!.source, peer);
          break;
        case StepCode.Arrive:
          peer = this.#arrive(argument, arrival!.target);
          break;
        case StepCode.Greet:
          peer!.socket.dispatchEvent(new Event("open"));
          break;
        case StepCode.Depart:
          this.#departWith(argument, end);
          break;
        case StepCode.Open:
          this.#open(arrival!);
          break;
        case StepCode.Sync:
          this.#fire("sync", { settled: arrival!.settled });
          break;
        case StepCode.Complain:
          (peer ?? this).fail(arrival!.code, arrival!.reason, false, arrival!.target ?? "");
          break;
        case StepCode.Fail:
          this.#fail(argument, false);
          break;
        case StepCode.FailFatally:
          this.#fail(argument, true);
          break;
        case StepCode.Closed:
          this.#close(argument ? LOST : end);
          break;
        case StepCode.LeaveSoon:
          this.#leaveSoon(peer!, end);
          break;
        case StepCode.Pause:
          this.#pause(argument, end);
          break;
        case StepCode.Wait:
          this.#wait.start(argument, false, () => this.#wake());
          break;
        case StepCode.CancelWait:
          this.#wait.cancel();
          break;
        case StepCode.Locate:
          void this.#locate();
          break;
        case StepCode.Dial:
          this.#dial();
          break;
        case StepCode.AskStatus:
          this.transmit(this.serial, additions.status, additions.status.length);
          break;
        case StepCode.CloseConnection:
          // Browsers do not accept `undefined` as a missing code before a reason.
          end.code === NO_STATUS ? this.carrier!.close() : this.carrier!.close(end.code, end.reason);
          break;
        case StepCode.Abandon:
          this.#unlisten();
          this.carrier?.close();
          break;
        case StepCode.Unlisten:
          this.#unlisten();
          break;
        case StepCode.RetainUnsent:
          for (const port of argument ? [...this.#peers.values(), this] : this.#peers.values()) {
            port.retained += this.bufferedAmountOf(port.serial);
          }
          break;
        case StepCode.ClearId:
          this.id = "";
          this.maxMessageSize = undefined;
          break;
        case StepCode.GatherFacts:
          void this.#gatherFacts();
          break;
      }
    }
  }

  #fire(type: string, detail: object): void {
    this.socket.dispatchEvent(new CustomEvent(type, { detail }));
  }

  async #locate(): Promise<void> {
    try {
      this.#base = await locate(this.endpoint);
    } catch (error) {
      this.#why = String(error);
      this.#tell(InputCode.Unlocated);
      return;
    }
    this.#tell(InputCode.Located);
  }

  #dial(): void {
    try {
      this.#listen(new WebSocket(this.#base + this.path + additions.query, this.protocols));
    } catch {
      // Firefox throws where a policy forbids the connection.
      this.#tell(InputCode.Facts, Fact.Barred);
    }
  }

  async #gatherFacts(): Promise<void> {
    const { carrier } = this;
    const { facts } = await gather(this.#base, true);
    if (carrier === this.carrier) {
      this.#tell(InputCode.Facts, facts);
    }
  }

  #listen(carrier: WebSocket): void {
    this.carrier = carrier;
    this.url = this.#base + this.path;
    this.origin = new URL(this.url).origin;
    // The head of a frame is read before the page hears of it; a Blob could not be read in time.
    carrier.binaryType = "arraybuffer";
    carrier.onopen = () => this.#tell(InputCode.Connected);
    carrier.onmessage = ({ data }) => this.#receive(data);
    carrier.onerror = () => {
      this.#tell(InputCode.Broken);
      if (carrier.readyState === ReadyState.Connecting) {
        // Node 22 has no more to say of a connection that never was. Whoever has says it of an attempt that is over.
        this.#unlisten();
        this.#lose(LOST);
      }
    };
    // Deno reports 0 for a connection that never was.
    carrier.onclose = ({ code, reason, wasClean }) => this.#lose({ code: code || ABNORMAL, reason, wasClean });
    this.#leaveInCache();
  }

  #lose(end: End): void {
    this.#tell(InputCode.Disconnected, end.code, end);
  }

  #wake(): void {
    this.#tell(InputCode.Awake);
  }

  /** Tells the core what has happened. */
  #tell(input: InputCode, value = 0, end = LOST, peer?: Port): void {
    this.#run(this.core?.on(input, value, Date.now() - this.#admitted), end, peer);
  }

  /** A browser may keep a page that is left, which then runs no more. The others see it leave, and it learns of that when it is back. */
  #leaveInCache(): void {
    this.#life?.abort();
    const { signal } = (this.#life = new AbortController());
    const hide = ({ persisted }: PageTransitionEvent) => {
      if (persisted) {
        this.#unlisten();
        this.carrier!.close();
        addEventListener("pageshow", () => this.#lose(LOST), { signal, once: true });
      }
    };
    globalThis.addEventListener?.("pagehide", hide, { signal });
  }

  #unlisten(): void {
    const { carrier } = this;
    if (carrier) {
      carrier.onopen = carrier.onmessage = carrier.onerror = carrier.onclose = null;
    }
  }

  #receive(data: string | ArrayBuffer): void {
    const arrival = typeof data === "string" ? readText(data) : readBinary(data);
    const peer = this.#peers.get(isMessage(arrival) ? arrival.source : arrival.target);
    if (!this.streams?.receive(arrival, data, this.#peers)) {
      this.#run(this.core?.on(InputCode.Frame, arrival.action, peer ? peer.serial : 0), GONE, peer, arrival);
    }
  }

  #open({ source, maxMessageSize }: Arrival): void {
    this.#admitted = Date.now();
    this.maxMessageSize = maxMessageSize;
    const wasTooBig = this.#flush(maxMessageSize!);
    this.id = source;
    this.socket.dispatchEvent(new Event("open"));
    if (wasTooBig) {
      this.#tell(InputCode.TooBig);
    }
  }

  /** Sends what was queued, and returns whether any of it is too large. */
  #flush(limit: number): boolean {
    this.retained -= this.#queue.bytes;
    let wasTooBig = false;
    for (const [frame, overhead, bytes] of this.#queue.empty()) {
      if (bytes > limit) {
        wasTooBig = true;
      } else {
        this.transmit(this.serial, frame, overhead);
      }
    }
    return wasTooBig;
  }

  /** Keeps a frame for the next connection. */
  keep(core: Core, data: Data, frame: Frame): void {
    const bytes = sizeOf(data, 0);
    core.checkRoom(this.#queue.bytes + bytes);
    this.#queue.push(frame, this.overhead(data, frame), bytes);
    this.retained += bytes;
  }

  /** Sends a frame, of which `overhead` bytes are not the page's, and counts it for the socket with this serial. */
  transmit(serial: number, frame: Frame, overhead: number): void {
    const { carrier, core } = this;
    // A socket that connects takes nothing yet, and throws.
    if (carrier?.readyState) {
      const before = carrier.bufferedAmount;
      carrier.send(frame);
      core?.onSent(serial, before, carrier.bufferedAmount - before, overhead);
    }
  }

  bufferedAmountOf(serial: number, core = this.core): number {
    return core?.bufferedAmount(serial, this.carrier?.bufferedAmount ?? 0) ?? 0;
  }

  /** The state of the browser's socket. */
  get connection(): number {
    return this.carrier?.readyState ?? ReadyState.Closed;
  }

  #fail(failure: number, isFatal: boolean): void {
    const [reason, message = this.#why] = FAILURES[failure]!;
    this.fail(reason, message, isFatal);
  }

  #pause(attempt: number, { code, reason }: End): void {
    const delay = this.core!.delay(Math.random());
    this.#wait.start(delay, true, () => this.#wake());
    this.#fire("reconnecting", { attempt, delay, code, reason });
  }

  /** The page's object and the core are let go of, as listeners may hold this channel for longer. */
  #close(end: End): void {
    this.end(end);
    this.socket = new EventTarget();
    this.core = this.maxMessageSize = undefined;
    this.#life?.abort();
  }

  #arrive(serial: number, id: string): Port {
    const peer = makePeer(this.core!, this, serial, id);
    this.#peers.set(id, peer);
    this.#list = undefined;
    this.socket.dispatchEvent(presenceEvent("connect", peer.socket));
    return peer;
  }

  #departWith(serial: number, end: End): void {
    for (const peer of this.#peers.values()) {
      if (peer.serial === serial) {
        this.#depart(peer, end);
        break;
      }
    }
  }

  #depart(peer: Port, end: End): void {
    this.#peers.delete(peer.id);
    this.#list = undefined;
    this.streams?.leave(peer);
    peer.end(end);
    this.socket.dispatchEvent(presenceEvent("disconnect", peer.socket));
  }

  /** Closes the socket of one of the channel's ports, with a code and a reason that a page may give. */
  close(core: Core, port: Port, how: Omit<End, "wasClean">): void {
    this.#run(core.on(InputCode.Close, port.serial, 0), { ...how, wasClean: true }, port);
  }

  #leaveSoon(port: Port, end: End): void {
    const leave = () => this.#tell(InputCode.Left, port.serial, end, port);
    // A browser's socket takes a task to close.
    port === this ? setTimeout(leave) : queueMicrotask(leave);
  }
}
