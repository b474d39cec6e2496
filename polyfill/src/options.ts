/** The constructors' second argument. */
import { isObject } from "./webidl.ts";

const ENDPOINT = "ws://localhost:9009/";

/** An address of a proxy. What follows the host is a folder: who appends a channel is told so. */
const ADDRESS = /^(ws|http)(s?:[^?#]+\/)$/;

/** Characters of a subprotocol's name (RFC 9110, section 5.6.2). */
export const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** Where a proxy is, with a slash at the end, or what knows it. */
export type Endpoint = string | (() => unknown);

interface Options {
  protocols: string[];
  endpoint: Endpoint;
  /** The longest pause between two attempts in milliseconds, when the channel is to connect again. */
  maxDelay: number | undefined;
  /** The bytes that may wait for a connection, when they are to be queued. */
  maxQueued: number | undefined;
}

interface Bag {
  protocols?: unknown;
  endpoint?: unknown;
  reconnect?: unknown;
}

interface ReconnectBag {
  send?: unknown;
  maxQueued?: unknown;
  maxDelay?: unknown;
}

/** Converts as WebIDL converts a union of string, sequence and dictionary. */
export function readOptions(argument: unknown): Options {
  const isBag = isObject(argument) && !isIterable(argument);
  const bag: Bag = isBag ? argument : { protocols: argument ?? undefined };
  needKnown(bag, ["protocols", "endpoint", "reconnect"]);
  const { protocols = [], endpoint = ENDPOINT, reconnect } = bag;
  return {
    protocols: toProtocols(isObject(protocols) && isIterable(protocols) ? protocols : [protocols]),
    endpoint: typeof endpoint === "function" ? (endpoint as () => unknown) : toAddress(endpoint),
    ...(reconnect ? readReconnect(reconnect) : { maxDelay: undefined, maxQueued: undefined }),
  };
}

/** Where the proxy is: what the page says, or what its function says. */
export async function locate(endpoint: Endpoint): Promise<string> {
  return typeof endpoint === "function" ? toAddress(await endpoint()) : endpoint;
}

/** The address of a proxy, as URLs of its channels begin. */
function toAddress(value: unknown): string {
  const text = `${value}`;
  try {
    const [, , rest] = ADDRESS.exec(new URL(text).href)!;
    return `ws${rest}`;
  } catch {
    throw new DOMException(`endpoint: "${text}" is no address of a proxy, like ${ENDPOINT}`, "SyntaxError");
  }
}

/** Connecting comes later, so what WebSocket's constructor would refuse is refused here. */
export function toProtocols(list: Iterable<unknown>): string[] {
  const names = Array.from(list, (item) => `${item}`);
  if (!names.every((name, place) => TOKEN.test(name) && names.indexOf(name) === place)) {
    throw new DOMException(`protocols: "${names}"`, "SyntaxError");
  }
  return names;
}

function readReconnect(bag: ReconnectBag) {
  needKnown(bag, ["send", "maxQueued", "maxDelay"]);
  const { send = "throw", maxDelay = 5000, maxQueued = 1 << 20 } = bag;
  if (send !== "throw" && send !== "queue") {
    throw new TypeError(`reconnect.send: "throw" or "queue", not "${send}"`);
  }
  const limits = { maxDelay: limit("maxDelay", maxDelay), maxQueued: limit("maxQueued", maxQueued) };
  return send === "queue" ? limits : { ...limits, maxQueued: undefined };
}

/** Unlike browsers, which ignore what they do not know: a misspelled option would be missed in silence. */
function needKnown(bag: object, names: string[]): void {
  if (isObject(bag)) {
    for (const name in bag) {
      if (!names.includes(name)) {
        throw new TypeError(`there is no option "${name}", but: ${names}`);
      }
    }
  }
}

function limit(name: string, value: unknown): number {
  const number = +(value as number);
  if (number >= 0) {
    return number;
  }
  throw new TypeError(`reconnect.${name}: ${number} is no limit`);
}

function isIterable(value: object): value is Iterable<unknown> {
  return (value as Partial<Iterable<unknown>>)[Symbol.iterator] != null;
}
