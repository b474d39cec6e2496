import { defineHandlers } from "./handlers.ts";

const CONSTANTS = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };

type Constructor = { name: string; prototype: EventTarget };

/** Gives a class the shape that WebIDL gives interfaces: handlers, constants, members that can be enumerated. */
export function shape(constructor: Constructor, name: string, length: number, events: string[]): void {
  const { prototype } = constructor;
  for (const [member, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (member !== "constructor") {
      Object.defineProperty(prototype, member, { ...descriptor, enumerable: true });
    }
  }
  defineHandlers(prototype, events);
  shapeConstants(constructor);
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  // Bundlers rename classes, and a class that only extends another takes no arguments.
  Object.defineProperty(constructor, "name", { value: name, configurable: true });
  Object.defineProperty(constructor, "length", { value: length, configurable: true });
}

/** Defines the four states on both the constructor and its prototype. */
function shapeConstants(constructor: Constructor): void {
  for (const [name, value] of Object.entries(CONSTANTS)) {
    const descriptor = { value, enumerable: true };
    Object.defineProperty(constructor, name, descriptor);
    Object.defineProperty(constructor.prototype, name, descriptor);
  }
}
