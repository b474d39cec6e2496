/** What a page may send. */
export type NetworkWebSocketData = string | ArrayBuffer | ArrayBufferView | Blob;

/** How a socket is opened. */
export interface NetworkWebSocketOptions {
  /** Subprotocols to offer. */
  protocols?: string | string[];
  /**
   * Where the proxy is, without a path of a channel: `ws://localhost:9009` unless given. A function is asked before each
   * attempt to connect.
   */
  endpoint?: string | (() => string | Promise<string>);
  /** Whether to connect again when the connection is lost: `false` unless given. */
  reconnect?: boolean | ReconnectOptions;
}

/** How a lost connection is made again. */
export interface ReconnectOptions {
  /**
   * What `send()` does while there is no connection: `"throw"` an `InvalidStateError`, as while a socket is connecting,
   * or `"queue"` the message for the next connection. `"throw"` unless given.
   */
  send?: "throw" | "queue";
  /** The most payload bytes to queue: 1 MiB (1048576) unless given. Beyond it `send()` throws a `QuotaExceededError`. */
  maxQueued?: number;
  /** The longest pause between two attempts in milliseconds: 5000 unless given. */
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
  /** The proxy is too old or too new for this package. */
  | "version-mismatch"
  | "unknown";

/** What the proxy could not do for a single frame; the connection stays open. */
export type FrameErrorCode = "bad-frame" | "unknown-action" | "unknown-target";

/** What would come of opening a socket now. */
export interface ProbeResult {
  /** Whether a socket would open. */
  readonly ok: boolean;
  /**
   * Whether this page may talk to programs on this machine: `"prompt"` means that the browser will ask the person as
   * soon as a socket is made, or {@link ChannelConstructor.requestPermission} is called. `"granted"` where browsers do
   * not ask.
   */
  readonly permission: PermissionState;
  /** Why a socket would not open; `null` if it would, and where that cannot be known before the person is asked. */
  readonly reason: FailureReason | null;
  /** The same as a sentence for people. */
  readonly message: string;
}

/** A message, with who sent it. */
export interface NetworkMessageEvent<T = any> extends MessageEvent<T> {
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
}

/** The coming or going of a peer. */
export interface PresenceEvent extends CustomEvent<{ readonly target: PeerWebSocket }> {}

/** The connection is lost, or could not be made, and will be tried again. */
export interface ReconnectingEvent
  extends CustomEvent<{
    /** Which attempt comes next: 1 for the first of an outage. */
    readonly attempt: number;
    /** The pause before it, in milliseconds. */
    readonly delay: number;
  }> {}

/** The events of a socket to one peer, by name. */
export interface PeerWebSocketEventMap {
  open: Event;
  message: NetworkMessageEvent;
  error: NetworkErrorEvent;
  close: CloseEvent;
}

/** The events of a channel's socket, by name. */
export interface NetworkWebSocketEventMap extends PeerWebSocketEventMap {
  /** A peer is present. Its own `open` follows. */
  connect: PresenceEvent;
  /** A peer has left. Its own `close` came before. */
  disconnect: PresenceEvent;
  /** The connection will be tried again. Only with the option `reconnect`. */
  reconnecting: ReconnectingEvent;
}

/** What channels' and peers' sockets have in common with each other, and with `WebSocket`. */
interface CommonSocket<Events> extends EventTarget {
  /** 0 to 3: connecting, open, closing, closed. */
  readonly readyState: number;
  /** Bytes given to `send()` that have not left yet. */
  readonly bufferedAmount: number;
  /** How binary messages arrive: `"blob"` unless set. */
  binaryType: BinaryType;

  onopen: ((this: this, event: Event) => any) | null;
  onmessage: ((this: this, event: NetworkMessageEvent) => any) | null;
  onerror: ((this: this, event: NetworkErrorEvent) => any) | null;
  onclose: ((this: this, event: CloseEvent) => any) | null;

  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;

  addEventListener<K extends keyof Events>(
    type: K,
    listener: (this: this, event: Events[K]) => any,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof Events>(
    type: K,
    listener: (this: this, event: Events[K]) => any,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** A socket to one peer of a channel. The channel's socket makes it, and hands it out with `connect`. */
export interface PeerWebSocket extends CommonSocket<PeerWebSocketEventMap> {
  /** The id of the peer. */
  readonly id: string;
  /** Sends to this peer only. */
  send(data: NetworkWebSocketData): void;
  /** Closes this end only: direct messages from the peer are dropped from here on, its broadcasts still arrive. */
  close(code?: number, reason?: string): void;
}

export declare const PeerWebSocket: {
  readonly prototype: PeerWebSocket;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
};

/** A channel of this machine and the local network. */
export interface NetworkWebSocket extends CommonSocket<NetworkWebSocketEventMap> {
  /** The name of the channel. */
  readonly channel: string;
  /** The own peer id: known once `open` fires, empty before. */
  readonly id: string;
  /** The sockets of the peers that are present, in order of arrival. */
  readonly peers: PeerWebSocket[];
  /** The URL of the connection to the proxy. */
  readonly url: string;
  readonly extensions: string;
  /** The subprotocol that the proxy took. */
  readonly protocol: string;

  onconnect: ((this: this, event: PresenceEvent) => any) | null;
  ondisconnect: ((this: this, event: PresenceEvent) => any) | null;
  onreconnecting: ((this: this, event: ReconnectingEvent) => any) | null;

  /** Broadcasts to all other peers of the channel. */
  send(data: NetworkWebSocketData): void;
  /** Leaves the channel. */
  close(code?: number, reason?: string): void;
}

/** What both kinds of channel share: how they are made. */
interface ChannelConstructor<T> {
  readonly prototype: T;
  /**
   * Joins a channel. Throws a `SyntaxError` for a name that no channel can have: one is 1 to 255 of
   * `A-Z a-z 0-9 + = * . _ -`, and neither `.` nor `..`.
   */
  new (channel: string, protocols?: string | string[] | NetworkWebSocketOptions): T;
  /** Finds out whether a socket would open, without making the browser ask the person. */
  probe(options?: Pick<NetworkWebSocketOptions, "endpoint">): Promise<ProbeResult>;
  /**
   * Makes the browser ask the person, where it asks at all, whether this page may talk to programs on this machine. To be
   * called from a click, as browsers want it.
   */
  requestPermission(options?: Pick<NetworkWebSocketOptions, "endpoint">): Promise<PermissionState>;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
}

export declare const NetworkWebSocket: ChannelConstructor<NetworkWebSocket>;

/** A channel of this machine only. */
export interface LocalWebSocket extends NetworkWebSocket {}

export declare const LocalWebSocket: ChannelConstructor<LocalWebSocket>;
