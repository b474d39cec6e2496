/** What tests put on the global object of a page, beside the classes of the package. */
import "../types/global.d.ts";
import type * as streams from "../types/streams.d.ts";

/** A promise that a page settles when the test says so. */
interface Open {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What was told of an attempt to connect again. */
type Attempt = import("../types/networkwebsockets.d.ts").ReconnectingEvent["detail"];

declare global {
  var DialedWebSocket: typeof streams.DialedWebSocket;
  type DialedWebSocket = streams.DialedWebSocket;
  type DialEvent = streams.DialEvent;
  var abandon: () => void;
  var amounts: number[];
  var answers: Open[];
  var channel: { ws: NetworkWebSocket; log: string[]; count: { tried: number } };
  /** The connection below, in the place of the browser's. */
  var carrier: { play(...types: string[]): void };
  var count: { tried: number };
  var delay: number;
  var details: Attempt[];
  var end: Promise<string[]>;
  var ended: Promise<unknown>;
  var forbidden: Promise<unknown>;
  var heard: Promise<unknown>;
  var join: () => NetworkWebSocket;
  var leave: () => void;
  var limits: (number | undefined)[];
  var log: string[];
  var peer: PeerWebSocket;
  var questions: Open[];
  /** What handlers have thrown. */
  var reported: string[];
  /** Sockets, and what belongs to them, that nothing but a test keeps. */
  var refs: WeakRef<object>[];
  var ws: NetworkWebSocket;
}
