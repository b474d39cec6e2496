/** The screen while files are on their way. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Emitter } from "../../demo/shared/events.js";
import { keepAwake } from "../../demo/shared/transfer/awake.js";
import { quiet } from "./transfer-pair.mjs";

test("the screen is kept awake by one lock, however often files begin and end meanwhile", async () => {
  /** @type {Set<object>} */
  const held = new Set();
  const request = async () => {
    await quiet(1);
    const lock = { released: false, release: () => held.delete(lock) };
    held.add(lock);
    return lock;
  };
  const transfers = Object.assign(new Emitter(), { busy: false });
  /** @param {boolean} busy */
  const turn = (busy) => Object.assign(transfers, { busy }).dispatchEvent(new Event("busy"));
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { wakeLock: { request } } });
  Object.defineProperty(globalThis, "document", { configurable: true, value: page });
  const end = keepAwake(transfers);
  for (const busy of [true, false, true, false, true]) turn(busy);
  await quiet();
  assert.equal(held.size, 1);
  turn(false);
  await quiet();
  assert.equal(held.size, 0);
  end();
  Reflect.deleteProperty(globalThis, "document");
});
