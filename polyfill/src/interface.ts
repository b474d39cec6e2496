import { handlerAttribute } from "./handlers.ts";
import { members, type SlotsOf } from "./slots.ts";

const CONSTANTS = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];

type Constructor = { name: string; prototype: EventTarget };

/** Gives a class the shape that WebIDL gives interfaces: constants, handlers, members that can be enumerated. */
export function shape(
  kind: Constructor,
  name: string,
  length: number,
  events: string[],
  slotsOf: SlotsOf,
  common = members(slotsOf),
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
