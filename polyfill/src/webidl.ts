/** What WebIDL makes of a class, and of what pages pass to it. */

/** Whether a value is an object, callable or not: `typeof` lies about `document.all`. */
export function isObject(value: unknown): value is object {
  return Object(value) === value;
}

/** Throws as the DOM does where an argument is missing. */
export function needArguments(args: IArguments, count: number, where: string): void {
  if (args.length < count) {
    throw new TypeError(`${where}: ${count} argument required, but only ${args.length} present`);
  }
}

/** A union of BufferSource, Blob and USVString. */
export function toData(data: unknown): string | Uint8Array | Blob {
  const tag = tagOf(data);
  if (tag === "Blob" || tag === "File") {
    return data as Blob;
  }
  const isView = ArrayBuffer.isView(data);
  if (isView || tag === "ArrayBuffer" || tag === "SharedArrayBuffer") {
    return toBytes(data as ArrayBuffer | ArrayBufferView, isView ? data.buffer : data);
  }
  return wellFormed(`${data}`);
}

function toBytes(data: Partial<ArrayBufferView>, buffer: unknown): Uint8Array {
  if (tagOf(buffer) !== "ArrayBuffer" || (buffer as { resizable?: boolean }).resizable) {
    throw new TypeError("send: a buffer may be neither shared nor resizable");
  }
  const { byteLength } = buffer as ArrayBuffer;
  // One that is detached cannot be looked into.
  return byteLength ? new Uint8Array(buffer as ArrayBuffer, data.byteOffset, data.byteLength) : new Uint8Array();
}

/** What an object is, whichever window it comes from: `instanceof` knows only this one's classes. */
function tagOf(value: unknown): unknown {
  return (value as { [Symbol.toStringTag]?: unknown } | null | undefined)?.[Symbol.toStringTag];
}

/** A USVString: half of a surrogate pair becomes U+FFFD. */
export function wellFormed(text: string): string {
  return text.toWellFormed ? text.toWellFormed() : text;
}

const CONSTANTS = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];

/** What an object has behind what pages see of it. */
export interface Handling {
  readonly handlers: Handlers;
}

type Constructor = { name: string; prototype: EventTarget };

/** Gives a class the shape that WebIDL gives interfaces: constants, handlers, members that can be enumerated. */
export function shape(
  kind: Constructor,
  name: string,
  length: number,
  events: string[],
  slotsOf: (socket: EventTarget) => Handling,
  common: object,
): void {
  const { prototype } = kind;
  for (const [member, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (member !== "constructor") {
      Object.defineProperty(prototype, member, { ...descriptor, enumerable: true });
    }
  }
  for (const part of [common, ...events.map((type) => handlerAttribute(type, slotsOf))]) {
    Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(part));
  }
  CONSTANTS.forEach((name, value) => {
    for (const holder of [kind, prototype]) {
      Object.defineProperty(holder, name, { value, enumerable: true });
    }
  });
  label(kind, name, length);
}

/** Bundlers rename classes, and a class that only extends another takes no arguments. */
export function label(kind: Constructor, name: string, length: number): void {
  Object.defineProperties(kind, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  });
  Object.defineProperty(kind.prototype, Symbol.toStringTag, { value: name, configurable: true });
}

/** What an object's attributes hold, by type of event. */
export type Handlers = Record<string, Handler | undefined>;

/** What one attribute holds. It keeps its place among the listeners when its value is replaced. */
class Handler {
  /** A function, as browsers take longer to call objects. */
  readonly listener: (event: Event) => void;

  constructor(
    target: EventTarget,
    public value: object,
  ) {
    this.listener = (event) => {
      // An object that is not callable may be set and read back, but is never called.
      if (typeof this.value === "function" && Reflect.apply(this.value, target, [event]) === false) {
        event.preventDefault();
      }
    };
  }
}

/** The attribute for one type of event, `onopen` or its like (HTML, section 8.1.8.1). */
export function handlerAttribute(
  type: string,
  slotsOf: (socket: EventTarget) => Handling,
): object & ThisType<EventTarget> {
  const name = `on${type}`;
  return {
    get [name]() {
      return slotsOf(this).handlers[type]?.value ?? null;
    },
    set [name](value: unknown) {
      setHandler(this, slotsOf(this).handlers, type, value);
    },
  };
}

function setHandler(target: EventTarget, handlers: Handlers, type: string, value: unknown): void {
  const present = handlers[type];
  if (!isObject(value)) {
    handlers[type] = undefined;
    target.removeEventListener(type, present?.listener ?? null);
  } else if (present) {
    present.value = value;
  } else {
    const handler = (handlers[type] = new Handler(target, value));
    target.addEventListener(type, handler.listener);
  }
}
