/** Frames from the proxy, read as far as the core has to know: JSON by the browser's own parser. */
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

/** Reads a binary frame: `[kind: 1 byte][n: 1 byte][id: n bytes][payload]`. Its kinds have the numbers of their actions. */
export function readBinary(frame: ArrayBuffer): Arrival {
  const bytes = new Uint8Array(frame);
  const [action, length] = bytes;
  const start = 2 + length!;
  return (action === 1 || action === 2) && start <= bytes.length
    ? { ...NOTHING, action, source: new TextDecoder().decode(bytes.subarray(2, start)), data: frame.slice(start) }
    : NOTHING;
}

/** What stands before the payload of a binary frame to a peer, or to everybody where `target` is empty. */
export function binaryHead(target: string): Uint8Array<ArrayBuffer> {
  const id = new TextEncoder().encode(target);
  return Uint8Array.of(target ? 2 : 1, id.length, ...id);
}
