/**
 * Channels between the pages, programs and devices of one machine and its local network. These declarations are checked
 * with TypeScript's libraries `dom` and `webworker`, and without either with the types of Node 20 and later.
 */

/** What a page may send. */
export type NetworkWebSocketData = string | ArrayBuffer | ArrayBufferView | Blob;

/** How a socket is opened. The constructor throws a `TypeError` for an option that there is not. */
export interface NetworkWebSocketOptions {
  /**
   * Subprotocols to offer: none unless given. The constructor throws a `SyntaxError` for one that is no token, or comes
   * twice.
   */
  protocols?: string | readonly string[];
  /**
   * Where the proxy is, without a channel: `ws://localhost:9009` unless given. A path has to end in a slash. A function is
   * asked before each attempt to connect. The constructor throws a `SyntaxError` for a string that is no such URL.
   */
  endpoint?: string | URL | (() => string | URL | Promise<string | URL>);
  /**
   * Whether to connect again when the connection is lost, or cannot be made: `false` unless given. The socket is then
   * connecting again, and opens again with a new `id`; each peer leaves with `disconnect`, and comes back with `connect`.
   * `error` fires once for a reason, not for each attempt, and `close` only at the very end: after `close()`, or when
   * trying again cannot help. Nothing is sent twice: what was on its way when the connection broke may be lost.
   */
  reconnect?: boolean | ReconnectOptions;
}

/** How a lost connection is made again. The constructor throws a `TypeError` for values that make no sense. */
export interface ReconnectOptions {
  /**
   * What `send()` does while there is no connection: `"throw"` an `InvalidStateError`, as while a socket is connecting,
   * or `"queue"` the message for the next connection. `"throw"` unless given.
   */
  send?: "throw" | "queue";
  /** The most payload bytes to queue: 1 MiB (1048576) unless given. Beyond it `send()` throws a `QuotaExceededError`. */
  maxQueued?: number;
  /**
   * The longest pause between two attempts in milliseconds: 5000 unless given. The first pause of an outage takes 50 to
   * 100 ms, each further one about twice as long. A network that is back, or a page that becomes visible, ends a pause.
   */
  maxDelay?: number;
}

/** Why a socket could not be opened, or was lost. */
export type FailureReason =
  /** Nothing listens there: the proxy is not running. */
  | "proxy-not-running"
  /** The person, or a policy, has not allowed this site to talk to programs on this machine. */
  | "permission-denied"
  /** A page that came by http from elsewhere may not; one that came by https may ask. */
  | "insecure-context"
  /** A Content-Security-Policy or the embedding page forbids it. */
  | "blocked"
  /** The proxy does not serve pages of this origin. */
  | "origin-not-allowed"
  /** The proxy or the channel is full, or this site has tried too many names. */
  | "limit"
  /** The page sent more in one message than the proxy takes. */
  | "message-too-big"
  /** The proxy does not accept what the page sends. */
  | "rejected"
  /** The proxy is too old or too new for this package. */
  | "version-mismatch"
  | "unknown";

/** What the proxy could not do for a single frame; the connection stays open. */
export type FrameErrorCode = "bad-frame" | "unknown-action" | "unknown-target";

/** A `PermissionState` of the DOM. */
type Permission = "granted" | "denied" | "prompt";

/** What would come of opening a socket now. */
export interface ProbeResult {
  /** Whether a socket would open. */
  readonly ok: boolean;
  /**
   * Whether this page may talk to programs on this machine: `"prompt"` means that the browser will ask the person as
   * soon as a socket is made, or {@link NetworkWebSocket.requestPermission} is called. `"granted"` where browsers do
   * not ask.
   */
  readonly permission: Permission;
  /** Why a socket would not open; `null` if it would, and where that cannot be known before the person is asked. */
  readonly reason: FailureReason | null;
  /** The same as a sentence for people. */
  readonly message: string;
}

/** A message, with who sent it. */
export interface NetworkMessageEvent<T = any> extends MessageEvent {
  /** A string; bytes are a `Blob` or an `ArrayBuffer`, as `binaryType` says. */
  readonly data: T;
  /** The id of the peer that sent it. */
  readonly senderId: string;
  /** The socket of that peer, also for a broadcast; `null` if the page has closed it. */
  readonly peer: PeerWebSocket | null;
}

/** A failure. */
export interface NetworkErrorEvent extends Event {
  /** A word for programs. */
  readonly reason: FailureReason | FrameErrorCode;
  /** A sentence for people. */
  readonly message: string;
  /** Whether the socket has ended: `close` follows. Otherwise it goes on, or connects again. */
  readonly fatal: boolean;
  /** The id of the peer to which the proxy could not deliver a message; empty for other failures. */
  readonly targetId: string;
}

/** The end of a socket: a `CloseEvent` of the DOM. */
export interface NetworkCloseEvent extends Event {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** The coming or going of a peer. */
export interface PresenceEvent extends CustomEvent<{ readonly target: PeerWebSocket }> {}

/** Everybody who was present is known: comes once after each `open`, within about 250 ms; not from an older proxy. */
export interface SyncEvent
  extends CustomEvent<{
    /** Whether all other machines have answered. If not, one took too long, and more peers may come that were there before. */
    readonly settled: boolean;
  }> {}

/** The connection is lost, or could not be made, and will be tried again. */
export interface ReconnectingEvent
  extends CustomEvent<{
    /** Which attempt comes next: 1 for the first of an outage, which a connection of at least 5 seconds ends. */
    readonly attempt: number;
    /** The pause before it, in milliseconds. */
    readonly delay: number;
    /** The code with which the connection closed: 1006 if it broke, or was never made. */
    readonly code: number;
    /** What the proxy said as it closed the connection; mostly empty. */
    readonly reason: string;
  }> {}

/** The events of a socket to one peer, by name. */
export interface PeerWebSocketEventMap {
  open: Event;
  message: NetworkMessageEvent;
  /** A failure. If it is `fatal`, `close` follows. */
  error: NetworkErrorEvent;
  close: NetworkCloseEvent;
}

/** The events of a channel's socket, by name. */
export interface NetworkWebSocketEventMap extends PeerWebSocketEventMap {
  /** A peer is present. Its own `open` follows. */
  connect: PresenceEvent;
  /** A peer has left. Its own `close` came before. */
  disconnect: PresenceEvent;
  /** Everybody who was present when the socket opened has come. */
  sync: SyncEvent;
  /** The connection will be tried again. Only with the option `reconnect`. */
  reconnecting: ReconnectingEvent;
}

/** What an attribute like `onopen` is given. */
type Handler<Socket, E> = ((this: Socket, event: E) => any) | null;

/** The same, as it is read: whoever calls it has to know what it takes. So a channel's socket may stand for a `WebSocket`. */
type Held = ((this: any, event: any) => any) | null;

/** What is given to `addEventListener()`. A property, not a method: methods may be of events that never come. */
type Listener<Socket, E> = ((this: Socket, event: E) => any) | { handleEvent: (event: E) => any } | null;

/** A name that is known at run time only: one that stands in the source and is none of an event is a mistake. */
type Unforeseen<Type extends string> = string extends Type ? Type : never;

interface ListenerOptions {
  capture?: boolean;
  once?: boolean;
  passive?: boolean;
  signal?: AbortSignal;
}

/** What channels' and peers' sockets have in common with each other, and with `WebSocket`. No class at run time. */
declare abstract class CommonSocket<Socket, Events> extends EventTarget {
  static readonly CONNECTING: 0;
  static readonly OPEN: 1;
  static readonly CLOSING: 2;
  static readonly CLOSED: 3;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;

  /** Connecting, open, closing, closed. */
  get readyState(): 0 | 1 | 2 | 3;
  /** Bytes given to `send()` that have not left yet. */
  get bufferedAmount(): number;
  /** How bytes arrive: `"blob"` unless set. A peer's socket begins with what its channel's has. */
  get binaryType(): "blob" | "arraybuffer";
  set binaryType(type: "blob" | "arraybuffer");

  get onopen(): Held;
  set onopen(handler: Handler<Socket, Event>);
  get onmessage(): Held;
  set onmessage(handler: Handler<Socket, NetworkMessageEvent>);
  get onerror(): Held;
  set onerror(handler: Handler<Socket, NetworkErrorEvent>);
  get onclose(): Held;
  set onclose(handler: Handler<Socket, NetworkCloseEvent>);

  /** What is to be seen of it, for `JSON.stringify()` and logs. */
  toJSON(): object;

  addEventListener<Name extends keyof Events>(
    type: Name,
    listener: Listener<this, Events[Name]>,
    options?: boolean | ListenerOptions,
  ): void;
  addEventListener<Type extends string>(
    type: Unforeseen<Type>,
    listener: Listener<this, Event>,
    options?: boolean | ListenerOptions,
  ): void;
  removeEventListener<Name extends keyof Events>(
    type: Name,
    listener: Listener<this, Events[Name]>,
    options?: boolean | ListenerOptions,
  ): void;
  removeEventListener<Type extends string>(
    type: Unforeseen<Type>,
    listener: Listener<this, Event>,
    options?: boolean | ListenerOptions,
  ): void;
}

/** A socket to one peer of a channel. The channel's socket makes it, and hands it out with `connect`. */
export declare class PeerWebSocket extends CommonSocket<PeerWebSocket, PeerWebSocketEventMap> {
  #private;
  private constructor();
  /** The id of the peer. */
  get id(): string;
  /** Sends to this peer only. Throws as that of a channel does. */
  send(data: NetworkWebSocketData): void;
  /**
   * Closes this end only: direct messages from the peer are dropped from here on, its broadcasts still arrive. Throws as
   * that of a channel does.
   */
  close(code?: number, reason?: string): void;
}

/** A channel of this machine and the local network. */
export declare class NetworkWebSocket extends CommonSocket<NetworkWebSocket, NetworkWebSocketEventMap> {
  /**
   * Joins a channel. Throws a `SyntaxError` for a name that no channel can have: one is 1 to 255 of
   * `A-Z a-z 0-9 + = * . _ -`, and neither `.` nor `..`. It connects in a later task: a socket that is closed before never
   * joins.
   */
  constructor(channel: string, protocols?: string | readonly string[] | NetworkWebSocketOptions);

  /** Finds out whether a socket would open, without making the browser ask the person. */
  static probe(options?: Pick<NetworkWebSocketOptions, "endpoint">): Promise<ProbeResult>;
  /**
   * Makes the browser ask the person, where it asks at all, whether this page may talk to programs on this machine. To be
   * called from a click, as browsers want it.
   */
  static requestPermission(options?: Pick<NetworkWebSocketOptions, "endpoint">): Promise<Permission>;

  /** A name for a channel that nobody guesses: 20 random characters of `0-9 a-v`, which are 100 bits. */
  static randomName(): string;

  /** The name of the channel. */
  get channel(): string;
  /** The own peer id: known once `open` fires, empty before. */
  get id(): string;
  /** The sockets of the peers that are present, in order of arrival: a frozen array, the same until somebody comes or goes. */
  get peers(): readonly PeerWebSocket[];
  /**
   * The most bytes that `send()` takes at once, of a string in UTF-8; it throws a `TypeError` for more. Known once `open`
   * fires, and `undefined` while there is no connection, and where the proxy does not tell.
   */
  get maxMessageSize(): number | undefined;
  /** The URL of the latest connection to the proxy, or of the first one to come; empty while a function has not said where that is. */
  get url(): string;
  get extensions(): string;
  /** The subprotocol that the proxy took. */
  get protocol(): string;

  get onconnect(): Held;
  set onconnect(handler: Handler<NetworkWebSocket, PresenceEvent>);
  get ondisconnect(): Held;
  set ondisconnect(handler: Handler<NetworkWebSocket, PresenceEvent>);
  get onsync(): Held;
  set onsync(handler: Handler<NetworkWebSocket, SyncEvent>);
  get onreconnecting(): Held;
  set onreconnecting(handler: Handler<NetworkWebSocket, ReconnectingEvent>);

  /**
   * Broadcasts to all other peers of the channel. Throws an `InvalidStateError` while the socket is connecting, unless the
   * option `reconnect` says to queue, and a `TypeError` for more bytes than `maxMessageSize`.
   */
  send(data: NetworkWebSocketData): void;
  /**
   * Leaves the channel. Throws an `InvalidAccessError` for a code that is neither 1000 nor from 3000 to 4999, and a
   * `SyntaxError` for a reason of more than 123 bytes.
   */
  close(code?: number, reason?: string): void;
}

/** A channel of this machine only. */
export declare class LocalWebSocket extends NetworkWebSocket {}

// Without this, TypeScript exports what is declared without `export`, too.
export {};
