/** Frames from the proxy, read as far as the core has to know: JSON by the browser's own parser. */
import { Action } from "./generated/numbers.ts";

/** What a frame is about. The build with streams adds theirs. */
export const ACTIONS: Record<string, Action> = {
  // @ts-expect-error No name that a frame has may be found on a prototype.
  __proto__: null,
  broadcast: Action.Broadcast,
  message: Action.Message,
  connect: Action.Connect,
  disconnect: Action.Disconnect,
  status: Action.Status,
  error: Action.Error,
  welcome: Action.Welcome,
};

/** A frame; what it has not is undefined. */
export interface Arrival {
  action: Action;
  source: string;
  target: string;
  code: string;
  reason: string;
  maxMessageSize: number | undefined;
  settled: boolean;
  /** The stream that an error is about. */
  stream: number | undefined;
  data: unknown;
}

const NOTHING = { action: Action.Unreadable } as Arrival;

/** Whether a frame carries what a peer says. */
export function isMessage({ action }: Arrival): boolean {
  return action === Action.Broadcast || action === Action.Message;
}

/** Reads a structured frame. */
export function readText(text: string): Arrival {
  try {
    const frame = JSON.parse(text);
    if (typeof frame.action !== "string") {
      return NOTHING;
    }
    frame.action = ACTIONS[frame.action] ?? Action.Later;
    if (typeof needed(frame) !== "string" || (isSaid(frame) && frame.data === undefined)) {
      return NOTHING;
    }
    if (isMessage(frame) && typeof frame.data !== "string") {
      frame.data = sourceText(text) ?? JSON.stringify(frame.data);
    }
    return frame;
  } catch {
    return NOTHING;
  }
}

/** Whether a frame carries `data` of a peer. */
function isSaid(frame: Arrival): boolean {
  return isMessage(frame) || frame.action === Action.Stream;
}

/** The member without which a frame says nothing. */
function needed(frame: Arrival): unknown {
  switch (frame.action) {
    case Action.Connect:
    case Action.Disconnect:
      return frame.target;
    case Action.Error:
      return frame.code;
    default:
      return isSaid(frame) || frame.action === Action.Status ? frame.source : "";
  }
}

/**
 * The last member's value as it stands in a frame, if that member is `data`: parsing would lose the digits of large
 * numbers. A proxy writes `data` last; in another order, what is cut out here does not parse.
 */
function sourceText(frame: string): string | undefined {
  const data = frame.slice(frame.indexOf('"data":') + 7, -1);
  try {
    JSON.parse(data);
    return data;
  } catch {
    return undefined;
  }
}

/** Reads a binary frame: `[kind: 1 byte][n: 1 byte][id: n bytes][payload]`. Its kinds have the numbers of their actions. */
export function readBinary(frame: ArrayBuffer): Arrival {
  const bytes = new Uint8Array(frame);
  const arrival = { ...NOTHING, action: bytes[0]! as Action };
  const source = idIn(bytes);
  // The bytes of other kinds stay where they are.
  return isMessage(arrival) && source !== undefined
    ? { ...arrival, source, data: frame.slice(2 + bytes[1]!) }
    : NOTHING;
}

/** The id in a binary frame, if there is one. */
export function idIn(bytes: Uint8Array): string | undefined {
  const end = 2 + bytes[1]!;
  try {
    // Of an empty frame the end is no number.
    return end <= bytes.length ? new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(2, end)) : undefined;
  } catch {
    return undefined;
  }
}

/** What stands before the payload of a binary frame to a peer, or to everybody where `target` is empty. */
export function binaryHead(target: string): Uint8Array<ArrayBuffer> {
  const id = new TextEncoder().encode(target);
  return Uint8Array.of(target ? Action.Message : Action.Broadcast, id.length, ...id);
}
