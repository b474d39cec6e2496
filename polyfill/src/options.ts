/** The constructors' second argument. */

const ENDPOINT = "ws://localhost:9009";

export interface Options {
  protocols: string[];
  endpoint: string;
}

/** Converts as WebIDL converts a union of string, sequence and dictionary. */
export function readOptions(argument: unknown): Options {
  if (!isObject(argument)) {
    const none = argument === undefined || argument === null;
    return { protocols: none ? [] : [`${argument}`], endpoint: ENDPOINT };
  }
  if (isIterable(argument)) {
    return { protocols: strings(argument), endpoint: ENDPOINT };
  }
  const { protocols = [], endpoint = ENDPOINT } = argument as { protocols?: unknown; endpoint?: unknown };
  const list = isObject(protocols) && isIterable(protocols) ? strings(protocols) : [`${protocols}`];
  return { protocols: list, endpoint: `${endpoint}` };
}

function strings(list: Iterable<unknown>): string[] {
  return Array.from(list, (item) => `${item}`);
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function isIterable(value: object): value is Iterable<unknown> {
  return (value as Partial<Iterable<unknown>>)[Symbol.iterator] != null;
}
