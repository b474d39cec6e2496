/** Event handler attributes (HTML, section 8.1.8.1): `onopen` and its like. */
import { isObject } from "./webidl.ts";
import type { SlotsOf } from "./slots.ts";

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

/** The attribute for one type of event. */
export function handlerAttribute(type: string, slotsOf: SlotsOf): object & ThisType<EventTarget> {
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
