/** A worker that says when a tick is due: its clock goes on where that of a hidden tab is slowed down. */

import { TICK_MS } from "./field.js";

let due = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

globalThis.onmessage = ({ data }) => {
  clearTimeout(timer);
  if (data !== "start") return;
  due = performance.now();
  beat();
};

function beat() {
  postMessage(performance.timeOrigin + performance.now());
  const now = performance.now();
  due += TICK_MS;
  // After a sleep of the machine one tick is enough.
  if (due < now) due = now + TICK_MS;
  timer = setTimeout(beat, due - now);
}
