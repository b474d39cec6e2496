/** The streams of a channel's socket: their frames, and the events that follow. What may be sent is decided in client-core. */
import { Streams } from "nws-core";

import type { Channel, StreamPort } from "../channel.ts";
import type { Arrival } from "../frames.ts";
import { ABNORMAL, Action, DIALLED_BY_RECEIVER, NO_STATUS, ReadyState, Received } from "../generated/numbers.ts";
import { TOKEN } from "../options.ts";
import type { Data, End, Port } from "../port.ts";
import { toEnd } from "../slots.ts";
import { type Dial, type DialedWebSocket, DialEvent } from "./dialed-web-socket.ts";
import { type Failure, reasonOf } from "./failures.ts";
import { readPart, type StreamFrame, writePart } from "./stream-frame.ts";
import { bytesOf, type Part } from "./queue.ts";
import { StreamEnd } from "./stream-end.ts";

/** How long a peer may say nothing about a dial, in milliseconds. */
const ANSWER_MS = 3000;

/** How long a peer may take to close too, in milliseconds. What it has sent before comes first. */
const CLOSE_MS = 10_000;

/** Codes of `close` (RFC 6455, section 7.4.1). */
const POLICY = 1008;
const TOO_BIG = 1009;

/** Serials of streams are above those of peers. */
const SERIALS = 2 ** 31;

export class ChannelStreams implements StreamPort {
  #streams: Streams | undefined;
  readonly #ends = new Map<number, StreamEnd>();

  constructor(readonly channel: Channel) {}

  /** The channel is made before the WebAssembly is loaded. */
  get #core(): Streams {
    return (this.#streams ??= new Streams());
  }

  /** The name of the channel. */
  get name(): string {
    return this.channel.path.split("/")[1]!;
  }

  dial(peer: Port, protocols: string[]): DialedWebSocket {
    const isHere = stateOf(this.channel, peer) < ReadyState.Closing;
    const handle = isHere ? this.#core.dial(peer.serial) : 0;
    const end = this.#add(handle, peer, protocols);
    if (handle) {
      const credit = this.#core.firstCredit(handle);
      this.#tell(end, { event: "dial", protocols, credit });
      end.wait(ANSWER_MS, () => this.#fail(end, "unknown", "The peer has not answered."));
    } else {
      end.wait(0, () => this.#fail(end, isHere ? "limit" : "peer-gone"));
    }
    return end.socket;
  }

  stateOf({ handle, isOver }: StreamEnd): number {
    return isOver ? ReadyState.Closed : handle ? this.#core.state(handle) : ReadyState.Connecting;
  }

  bufferedAmountOf(end: StreamEnd): number {
    return end.queue.bytes + this.channel.bufferedAmountOf(SERIALS + end.handle);
  }

  send(end: StreamEnd, data: Data): void {
    const { state } = end;
    if (state === ReadyState.Connecting) {
      throw new DOMException("the socket is still connecting", "InvalidStateError");
    }
    if (state !== ReadyState.Open) {
      end.retained += bytesOf(data);
      return;
    }
    end.queue.push(data);
    this.#pump(end);
    end.queue.keepLast();
  }

  close(end: StreamEnd, code: unknown, reason: unknown): void {
    const closing = toEnd(code, reason);
    const { state } = end;
    if (state >= ReadyState.Closing) {
      return;
    }
    this.#core.close(end.handle);
    end.closing = closing;
    if (state === ReadyState.Open) {
      this.#pump(end);
      return;
    }
    if (end.handle) {
      this.#tell(end, { event: "close" });
    }
    end.wait(0, () => this.#fail(end, "unknown", "The socket was closed before it was open."));
  }

  receive(arrival: Arrival, data: string | ArrayBuffer, peers: ReadonlyMap<string, Port>): boolean {
    if (arrival.action === Action.Error) {
      return this.#onError(arrival, peers.get(arrival.target));
    }
    const part = typeof data === "string" ? undefined : readPart(data);
    if (arrival.action !== Action.Stream && !part) {
      return false;
    }
    const source = part?.source ?? arrival.source;
    // Bytes come in binary frames alone.
    const frame: StreamFrame = part?.frame ?? { ...(arrival.data as StreamFrame), bytes: undefined };
    const peer = peers.get(source);
    if (frame.stream !== frame.stream >>> 0) {
      return true;
    }
    if (frame.event === "dial") {
      this.#onDial(peer, source, frame);
    } else if (peer) {
      const end = this.#ends.get(this.#core.find(peer.serial, frame.stream));
      end ? this.#onFrame(end, frame) : this.#onStray(source, frame);
    }
    return true;
  }

  leave(peer: Port): void {
    for (const end of [...this.#ends.values()].filter((end) => end.peer === peer)) {
      this.#fail(end, "peer-gone");
    }
    this.#core.forgetPeer(peer.serial);
  }

  #add(handle: number, peer: Port, protocols: string[], isDialled = false): StreamEnd {
    const end = new StreamEnd(this, handle, peer, protocols, isDialled);
    if (handle) {
      this.#ends.set(handle, end);
    }
    return end;
  }

  /** The proxy could not pass on a frame. A proxy that knows no streams does not say which it was. */
  #onError({ code, stream }: Arrival, peer: Port | undefined): boolean {
    if (stream !== undefined) {
      const end = peer && this.#ends.get(this.#core.find(peer.serial, (stream ^ DIALLED_BY_RECEIVER) >>> 0));
      end && this.#fail(end, reasonOf(code));
      return true;
    }
    const dialling = [...this.#ends.values()].filter((end) => end.peer === peer && end.state === ReadyState.Connecting);
    if (code !== "unknown-action" || !dialling.length) {
      return false;
    }
    dialling.forEach((end) => this.#fail(end, "version-mismatch"));
    return true;
  }

  #onDial(peer: Port | undefined, source: string, { stream, protocols, credit }: StreamFrame): void {
    const isGood = Array.isArray(protocols) && protocols.every((name) => typeof name === "string" && TOKEN.test(name));
    const handle = peer && isGood ? this.#core.dialled(peer.serial, stream, amount(credit)) : 0;
    if (handle <= 0) {
      this.#answer(source, stream, { event: "close", error: handle === -1 ? "limit" : "refused" });
      return;
    }
    const end = this.#add(handle, peer!, protocols!, true);
    const dial = this.#decision(end);
    this.channel.socket.dispatchEvent(new DialEvent(dial));
    if (!dial.isAwaited) {
      this.#refuse(end);
    }
  }

  /** What the page may do about a dial. */
  #decision(end: StreamEnd): Dial & { isAwaited: boolean } {
    const needOpen = () => {
      if (end.state !== ReadyState.Connecting) {
        throw new DOMException("the dial is over", "InvalidStateError");
      }
    };
    return {
      peer: end.peer.socket,
      protocols: Object.freeze([...end.offered]),
      isAwaited: false,
      accept: (protocol) => {
        needOpen();
        if (protocol && !end.offered.includes(protocol)) {
          throw new DOMException(`accept: "${protocol}" was not offered`, "SyntaxError");
        }
        this.#core.accept(end.handle);
        end.protocol = protocol;
        end.wasOpen = true;
        this.#tell(end, { event: "accept", protocol, credit: this.#core.firstCredit(end.handle) });
        return end.socket;
      },
      reject: (code, reason) => {
        needOpen();
        this.#refuse(end, toEnd(code, reason));
      },
      wait(decision) {
        needOpen();
        this.isAwaited = true;
        end.streams.#await(end, decision);
      },
    };
  }

  async #await(end: StreamEnd, decision: Promise<unknown>): Promise<void> {
    this.#tell(end, { event: "pending" });
    try {
      await decision;
    } finally {
      this.#refuse(end);
    }
  }

  /** Refuses a dial that nobody has accepted. */
  #refuse(end: StreamEnd, how: Omit<End, "wasClean"> = { code: NO_STATUS, reason: "" }): void {
    if (end.state === ReadyState.Connecting) {
      this.#tell(end, { event: "close", error: "refused", ...said(how) });
      this.#drop(end);
    }
  }

  #onFrame(end: StreamEnd, frame: StreamFrame): void {
    const { event, credit } = frame;
    if (event === "data") {
      this.#onPart(end, frame);
    } else if (event === "credit") {
      this.#core.credited(end.handle, amount(credit)) ? this.#pump(end) : this.#violated(end, POLICY);
    } else if (event === "close") {
      this.#onClose(end, frame);
    } else if (event === "pending") {
      end.rest();
    } else if (event === "accept") {
      this.#onAccept(end, frame);
    }
  }

  #onAccept(end: StreamEnd, { protocol = "", credit }: StreamFrame): void {
    if (end.state === ReadyState.Connecting) {
      end.rest();
      const isOffered = protocol === "" || end.offered.includes(protocol);
      if (this.#core.accepted(end.handle, amount(credit)) && isOffered) {
        end.open(protocol);
      } else {
        this.#violated(end, POLICY);
      }
    }
  }

  #onPart(end: StreamEnd, { text, bytes, more }: StreamFrame): void {
    const isText = bytes === undefined;
    const part = isText ? text : bytes;
    if (part === undefined || (isText && typeof part !== "string")) {
      this.#violated(end, POLICY);
      return;
    }
    const size = bytesOf(part);
    const fate = this.#core.received(end.handle, size, more === true, isText);
    const due = fate === Received.Part ? 0 : this.#core.due(end.handle);
    const take = () => this.#credit(end, due);
    if (fate === Received.Violation || fate === Received.TooBig) {
      this.#violated(end, fate === Received.TooBig ? TOO_BIG : POLICY);
    } else if (fate === Received.Whole) {
      end.message(end.joined(part), take);
    } else {
      if (fate === Received.Part) {
        end.parts.push(part);
      }
      take();
    }
  }

  /** The page has taken what costs so much. */
  #credit(end: StreamEnd, cost: number): void {
    const credit = this.#core.taken(end.handle, cost);
    if (credit) {
      this.#tell(end, { event: "credit", credit });
    }
  }

  #onClose(end: StreamEnd, frame: StreamFrame): void {
    const { state } = end;
    const code = isCode(frame.code) ? frame.code : NO_STATUS;
    const reason = typeof frame.reason === "string" ? frame.reason : "";
    if (state === ReadyState.Connecting) {
      const why =
        code === NO_STATUS ? { code: ABNORMAL, reason: "", wasClean: false } : { code, reason, wasClean: true };
      this.#end(end, why, reasonOf(frame.error));
      return;
    }
    if (!end.hasSaidClose) {
      this.#tell(end, { event: "close", ...said({ code, reason }) });
    }
    this.#end(end, { code, reason, wasClean: true });
  }

  /** A frame of a stream that does not exist, or no more. Who accepts too late is told. */
  #onStray(source: string, { event, stream }: StreamFrame): void {
    if (event === "accept") {
      this.#answer(source, stream, { event: "close" });
    }
  }

  /** Sends what credit lets go, and at its end the close. */
  #pump(end: StreamEnd): void {
    const { queue, handle } = end;
    const limit = this.channel.maxMessageSize ?? Infinity;
    for (let room = 0; !queue.isEmpty && (room = this.#core.room(handle)) >= 0; ) {
      const part = queue.next(Math.min(room, limit));
      if (!part) {
        return;
      }
      this.#core.sent(handle, part.bytes);
      this.#transmit(end, part);
    }
    if (queue.isEmpty) {
      end.onSent();
      if (end.closing && !end.hasSaidClose) {
        end.hasSaidClose = true;
        this.#tell(end, { event: "close", ...said(end.closing) });
        end.wait(CLOSE_MS, () => this.#fail(end, "unknown", "The peer has not closed its end."));
      }
    }
  }

  /** The peer learns the code. Here it is 1006, as wherever a browser fails a connection. */
  #violated(end: StreamEnd, code: number): void {
    this.#tell(end, { event: "close", code });
    this.#fail(end, "rejected");
  }

  #fail(end: StreamEnd, reason: Failure, message?: string): void {
    this.#end(end, { code: ABNORMAL, reason: "", wasClean: false }, reason, message);
  }

  #end(end: StreamEnd, how: End, reason?: Failure, message?: string): void {
    if (!end.isOver) {
      const retained = this.bufferedAmountOf(end);
      const wasDialled = end.isDialled && end.state === ReadyState.Connecting;
      this.#drop(end);
      end.retained += retained;
      // Nobody has the socket of a dial that was not accepted.
      if (!wasDialled) {
        const isLost = end.wasOpen && isLoss(reason);
        isLost
          ? end.finish({ ...how, reason: reason === "peer-gone" ? reason : "" })
          : end.finish(how, reason, message);
      }
    }
  }

  #drop(end: StreamEnd): void {
    end.isOver = true;
    end.rest();
    this.#core.end(end.handle);
    this.#ends.delete(end.handle);
  }

  #tell(end: StreamEnd, said: Omit<StreamFrame, "stream">): void {
    this.#write(end.peer.id, { stream: this.#core.number(end.handle), ...said });
  }

  /** Answers a frame whose stream is none here. */
  #answer(target: string, stream: number, said: Omit<StreamFrame, "stream">): void {
    this.#write(target, { stream: (stream ^ DIALLED_BY_RECEIVER) >>> 0, ...said });
  }

  #write(target: string, data: StreamFrame): void {
    const frame = JSON.stringify({ action: "stream", target, data });
    this.channel.transmit(SERIALS, frame, frame.length);
  }

  #transmit({ handle, peer }: StreamEnd, part: Part): void {
    const { frame, overhead } = writePart(peer.id, this.#core.number(handle), part);
    this.channel.transmit(SERIALS + handle, frame, overhead);
  }
}

/** The state of the socket of one of a channel's ports. */
export function stateOf({ core, connection }: Channel, { serial }: Port): number {
  return core?.readyState(serial, connection) ?? ReadyState.Closed;
}

/** What another program calls credit: anything but a number is none. */
function amount(credit: unknown): number {
  return typeof credit === "number" ? credit : NaN;
}

/** Whether an open WebSocket that ends like this fires no `error`. Libraries take `error` for a fault of the program. */
function isLoss(reason: Failure | undefined): boolean {
  return reason === "peer-gone" || reason === "unknown";
}

/** Whether a code may stand in a frame. */
function isCode(code: unknown): code is number {
  return (
    Number.isInteger(code) &&
    (code as number) >= 1000 &&
    (code as number) < 5000 &&
    code !== NO_STATUS &&
    code !== ABNORMAL
  );
}

/** What of an end is said in a frame. */
function said({ code, reason }: Omit<End, "wasClean">): Pick<StreamFrame, "code" | "reason"> {
  return code === NO_STATUS ? {} : { code, reason };
}
