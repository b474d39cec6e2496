/** The constructors' second argument. */
import { isObject } from "./webidl.ts";

const ENDPOINT = "ws://localhost:9009";

/** Where a proxy is, or what knows it. */
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
  const { protocols = [], endpoint = ENDPOINT, reconnect } = bag;
  return {
    protocols: isObject(protocols) && isIterable(protocols) ? strings(protocols) : [`${protocols}`],
    endpoint: typeof endpoint === "function" ? (endpoint as () => unknown) : `${endpoint}`,
    ...(reconnect ? readReconnect(reconnect) : { maxDelay: undefined, maxQueued: undefined }),
  };
}

/** Where the proxy is: what the page says, or what its function says. */
export async function locate(endpoint: Endpoint): Promise<string> {
  return `${await (typeof endpoint === "function" ? endpoint() : endpoint)}`;
}

function readReconnect({ send = "throw", maxDelay = 5000, maxQueued = 1 << 20 }: ReconnectBag) {
  if (send !== "throw" && send !== "queue") {
    throw new TypeError(`reconnect.send: "throw" or "queue", not "${send}"`);
  }
  const limits = { maxDelay: limit(maxDelay), maxQueued: limit(maxQueued) };
  return send === "queue" ? limits : { ...limits, maxQueued: undefined };
}

function limit(value: unknown): number {
  const number = +(value as number);
  if (number >= 0) {
    return number;
  }
  throw new TypeError(`reconnect: ${number} is no limit`);
}

function strings(list: Iterable<unknown>): string[] {
  return Array.from(list, (item) => `${item}`);
}

function isIterable(value: object): value is Iterable<unknown> {
  return (value as Partial<Iterable<unknown>>)[Symbol.iterator] != null;
}
