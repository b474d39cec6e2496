/** Event handler attributes (HTML, section 8.1.8.1): `onopen` and its like. */

/** A function or any other object. */
type Value = object;

/** What one attribute holds. It keeps its place among the listeners when its value is replaced. */
class Handler implements EventListenerObject {
  constructor(public value: Value) {}

  handleEvent(event: Event): void {
    // An object that is not callable may be set and read back, but is never called.
    if (typeof this.value === "function") {
      Reflect.apply(this.value, event.currentTarget, [event]);
    }
  }
}

const handlers = new WeakMap<EventTarget, Map<string, Handler>>();

/** Defines the attributes for `types` on a prototype. */
export function defineHandlers(prototype: EventTarget, types: string[]): void {
  for (const type of types) {
    Object.defineProperty(prototype, `on${type}`, {
      get(this: EventTarget) {
        return handlers.get(this)?.get(type)?.value ?? null;
      },
      set(this: EventTarget, value: unknown) {
        setHandler(this, type, value);
      },
      configurable: true,
      enumerable: true,
    });
  }
}

function setHandler(target: EventTarget, type: string, value: unknown): void {
  const own = handlers.get(target) ?? new Map<string, Handler>();
  handlers.set(target, own);
  const present = own.get(type);
  if (!isObject(value)) {
    own.delete(type);
    target.removeEventListener(type, present ?? null);
  } else if (present) {
    present.value = value;
  } else {
    const handler = new Handler(value);
    own.set(type, handler);
    target.addEventListener(type, handler);
  }
}

function isObject(value: unknown): value is Value {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}
