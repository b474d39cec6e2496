/** Frames from the proxy, read as far as the core has to know: JSON by the browser's own parser. */
import { split } from "nws-core";

/** What a frame is about, by the core's numbers. */
const ACTIONS: Record<string, number> = {
  // @ts-expect-error No name that a frame has may be found on a prototype.
  __proto__: null,
  broadcast: 1,
  message: 2,
  connect: 3,
  disconnect: 4,
  status: 5,
  error: 6,
};
const UNREADABLE = 7;

/** No head of a binary frame is longer. */
const HEAD_MAX = 257;

/** A frame; what it has not is undefined. */
export interface Arrival {
  action: number;
  source: string;
  target: string;
  code: string;
  reason: string;
  data: unknown;
}

const NOTHING = { action: UNREADABLE } as Arrival;

/** Reads a structured frame. */
export function readText(text: string): Arrival {
  try {
    const frame = JSON.parse(text);
    frame.action = ACTIONS[frame.action] ?? 0;
    if (frame.action < 3 && typeof frame.data !== "string") {
      frame.data = sourceText(text) ?? JSON.stringify(frame.data);
    }
    return frame;
  } catch {
    return NOTHING;
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

/** Reads a binary frame. */
export function readBinary(frame: ArrayBuffer): Arrival {
  const bytes = new Uint8Array(frame);
  const at = split(bytes.subarray(0, HEAD_MAX));
  const start = at & 0xffff;
  return at
    ? {
        ...NOTHING,
        action: at >> 16,
        source: new TextDecoder().decode(bytes.subarray(2, start)),
        data: frame.slice(start),
      }
    : NOTHING;
}
