/** What a page may send. */
export type NetworkWebSocketData = string | ArrayBuffer | ArrayBufferView | Blob;

/** How a socket is opened. */
export interface NetworkWebSocketOptions {
  /** Subprotocols to offer. */
  protocols?: string | string[];
  /** Where the proxy is, without a path of a channel: `ws://localhost:9009` unless given. */
  endpoint?: string;
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
  /** A word for programs: `unknown-target`, `bad-frame`, `unknown-action`, `limit` or `unknown`. */
  readonly reason: string;
  /** A sentence for people. */
  readonly message: string;
}

/** The coming or going of a peer. */
export interface PresenceEvent extends CustomEvent<{ readonly target: PeerWebSocket }> {}

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
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
}

export declare const NetworkWebSocket: ChannelConstructor<NetworkWebSocket>;

/** A channel of this machine only. */
export interface LocalWebSocket extends NetworkWebSocket {}

export declare const LocalWebSocket: ChannelConstructor<LocalWebSocket>;
