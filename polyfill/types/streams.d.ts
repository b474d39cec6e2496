/** The same as `networkwebsockets`, with streams: WebSockets between exactly two peers of a channel. */
import type {
  NetworkCloseEvent,
  NetworkMessageEvent,
  NetworkWebSocketData,
  PeerWebSocket,
} from "./networkwebsockets.js";

export * from "./networkwebsockets.js";

/** Why a stream failed, besides the reasons of a channel's socket. */
export type StreamFailureReason =
  /** The peer has not said that it knows streams: a raw peer, or an older page or program. */
  | "not-supported"
  /** The peer has refused, or does not listen for dials. */
  | "refused"
  /** The peer has left, or the connection is lost. */
  | "peer-gone"
  /** More than 64 streams with one peer, or more than 16 dials that wait. */
  | "limit"
  /** The proxy knows no streams. */
  | "version-mismatch"
  /** One of the two has broken the rules. */
  | "rejected"
  | "bad-frame"
  | "unknown";

/** A failure of a stream. `close` follows. */
export interface StreamErrorEvent extends Event {
  readonly reason: StreamFailureReason;
  readonly message: string;
  readonly fatal: boolean;
  readonly targetId: string;
}

/** The events of a stream's socket, by name. */
export interface DialedWebSocketEventMap {
  open: Event;
  message: NetworkMessageEvent;
  error: StreamErrorEvent;
  close: NetworkCloseEvent;
}

/** How many messages may wait. */
export interface MessagesOptions {
  /**
   * A stream's peer may send so many messages ahead of what has been taken; 0 unless given. A channel's socket and a
   * peer's socket cannot hold anybody back: there it means nothing.
   */
  highWaterMark?: number;
}

/**
 * Messages as an asynchronous iterable. Nothing is lost between two steps. It ends when the socket is closed with 1000 or
 * 1001, and throws a `NetworkError` with `closeCode` and `reason` for any other code.
 */
export type Messages = AsyncIterableIterator<NetworkMessageEvent, undefined>;

type Handler<E> = ((this: DialedWebSocket, event: E) => any) | null;

/** One end of a stream between two peers. It has every member of a `WebSocket`. */
export declare class DialedWebSocket extends EventTarget {
  #private;
  private constructor();
  static readonly CONNECTING: 0;
  static readonly OPEN: 1;
  static readonly CLOSING: 2;
  static readonly CLOSED: 3;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  /** The socket of the peer at the other end. */
  get peer(): PeerWebSocket;
  /** `nws:<channel>/<id of the peer>`. */
  get url(): string;
  get readyState(): 0 | 1 | 2 | 3;
  /** Bytes given to `send()` that have not left yet, also those for which the peer has given no credit. */
  get bufferedAmount(): number;
  get extensions(): string;
  /** The subprotocol that the accepting side has chosen. */
  get protocol(): string;
  get binaryType(): "blob" | "arraybuffer";
  set binaryType(type: "blob" | "arraybuffer");
  /** What arrives, instead of `message` events. The peer may send on as chunks are read. */
  get readable(): ReadableStream<string | Uint8Array>;
  /** What is written is sent. A write is done when the peer has let all of it go. */
  get writable(): WritableStream<NetworkWebSocketData>;
  get onopen(): Handler<Event>;
  set onopen(handler: Handler<Event>);
  get onmessage(): Handler<any>;
  set onmessage(handler: Handler<NetworkMessageEvent>);
  get onerror(): Handler<any>;
  set onerror(handler: Handler<StreamErrorEvent>);
  get onclose(): Handler<any>;
  set onclose(handler: Handler<NetworkCloseEvent>);
  /** Sends to the other end. Throws an `InvalidStateError` while the stream is not open yet. */
  send(data: NetworkWebSocketData): void;
  /** Closes both ends. Code and reason arrive at the other one. Throws as that of a channel does. */
  close(code?: number, reason?: string): void;
  messages(options?: MessagesOptions): Messages;
  addEventListener<Name extends keyof DialedWebSocketEventMap>(
    type: Name,
    listener: ((this: this, event: DialedWebSocketEventMap[Name]) => any) | { handleEvent(event: Event): any } | null,
    options?: boolean | { capture?: boolean; once?: boolean; passive?: boolean; signal?: AbortSignal },
  ): void;
  removeEventListener<Name extends keyof DialedWebSocketEventMap>(
    type: Name,
    listener: ((this: this, event: DialedWebSocketEventMap[Name]) => any) | { handleEvent(event: Event): any } | null,
    options?: boolean | { capture?: boolean },
  ): void;
}

/** A peer dials. Without a listener that accepts, the dial is refused. */
export interface DialEvent extends Event {
  /** The socket of the peer that dials. */
  readonly peer: PeerWebSocket;
  /** The subprotocols that it offers. */
  readonly protocols: readonly string[];
  /**
   * Opens the stream, with one of the offered subprotocols or with none. Throws a `SyntaxError` for one that was not
   * offered, and an `InvalidStateError` when the dial is over.
   */
  accept(protocol?: string): DialedWebSocket;
  /** Refuses. The peer's socket closes with `code` and `reason`, and with 1006 without a code. */
  reject(code?: number, reason?: string): void;
  /** The page decides until the promise is settled. If it has not accepted by then, the dial is refused. */
  respondWith(decision: Promise<unknown>): void;
}

declare module "./networkwebsockets.js" {
  interface NetworkWebSocketEventMap {
    /** A peer dials. */
    dial: DialEvent;
  }

  interface PeerWebSocket {
    /** Opens a stream to this peer. Throws a `SyntaxError` for a protocol that is no token, or comes twice. */
    dial(protocols?: string | readonly string[]): DialedWebSocket;
    messages(options?: MessagesOptions): Messages;
  }

  interface NetworkWebSocket {
    get ondial(): ((this: any, event: any) => any) | null;
    set ondial(handler: ((this: NetworkWebSocket, event: DialEvent) => any) | null);
    messages(options?: MessagesOptions): Messages;
  }
}
