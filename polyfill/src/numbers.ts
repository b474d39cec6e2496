/** What facade and core call by numbers: client-wasm has the same, and a test there that compares. */

/** What a frame is about: the core's `Action`. Anything else is an action that a later proxy may have. */
export const enum Action {
  Later = 0,
  Broadcast = 1,
  Message = 2,
  Connect = 3,
  Disconnect = 4,
  Status = 5,
  Error = 6,
  Unreadable = 7,
  Welcome = 8,
  Stream = 9,
}

/** The state of a socket: the core's `ReadyState`. */
export const enum State {
  Connecting = 0,
  Open = 1,
  Closing = 2,
  Closed = 3,
  /** There is no such socket. */
  None = 4,
}

/** What becomes of a frame: the core's `Fate`. */
export const enum Fate {
  Sent = 0,
  Queued = 1,
  Discarded = 2,
}

/** What becomes of a part of a stream's message: the core's `Received`. */
export const enum Received {
  Ignored = 0,
  Part = 1,
  Whole = 2,
  Violation = 3,
  TooBig = 4,
}

/** What can be known of the way to a proxy, as bits: the core's `fact`. */
export const enum Fact {
  Barred = 1,
  Ungranted = 2,
  Insecure = 4,
  Embedded = 8,
  Present = 16,
  Refused = 32,
  Foreign = 64,
  Detoured = 128,
}

/** The code of a `close` event where the connection was lost, or never was. */
export const ABNORMAL = 1006;
