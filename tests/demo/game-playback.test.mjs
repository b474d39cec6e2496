/** How others' flights are shown: evenly, a little late, and never far beyond what is known. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { nothing } from "../../demo/game/claims.js";
import { TICK_MS } from "../../demo/game/field.js";
import { Pace } from "../../demo/game/pace.js";
import { Pauses } from "../../demo/game/pauses.js";
import { between, Playback } from "../../demo/game/playback.js";
import { takings } from "../../demo/game/standings.js";
import { dice } from "./game-net.mjs";

/** @import { Claims } from "../../demo/game/claims.js" */

const STEP = 160;
/**
 * A comet that flies straight, `STEP` units a tick.
 * @param {number} seq
 * @returns {Claims}
 */
const flight = (seq) => ({
  ...nothing(),
  seq,
  comet: { x: seq * STEP, y: 0, vx: STEP * 16, vy: 0, dx: 0, dy: 0 },
});
/**
 * @param {Playback} playback
 * @param {number} now
 */
const shownAt = (playback, now) => {
  const moment = playback.at(now);
  assert.ok(moment);
  return between(moment, moment.before.comet, moment.after.comet).x;
};

test("what arrives at odd times is shown at an even pace, one to two ticks late", () => {
  const random = dice(4);
  const playback = new Playback();
  let before = null;
  for (let seq = 1; seq < 200; seq += 1) {
    const arrival = seq * TICK_MS + random.roll() * 8;
    playback.push(flight(seq), arrival);
    if (seq < 10) continue;
    const shown = shownAt(playback, arrival);
    const late = seq - shown / STEP;
    assert.ok(late > 0.7 && late < 2, `tick ${seq} is shown ${late} ticks late`);
    if (before)
      assert.ok(
        Math.abs((shown - before.shown) / (arrival - before.arrival) - STEP / TICK_MS) < 1,
        `a jump at tick ${seq}`,
      );
    before = { shown, arrival };
  }
});

test("what does not arrive is guessed for 200 ms, and not further", () => {
  const playback = new Playback();
  for (let seq = 1; seq <= 10; seq += 1) playback.push(flight(seq), seq * TICK_MS);
  const last = 10 * TICK_MS;
  assert.ok(shownAt(playback, last + 90) > 10 * STEP);
  const most = 10 * STEP + (200 / TICK_MS) * STEP;
  for (const later of [250, 300, 1000, 60_000]) assert.ok(Math.abs(shownAt(playback, last + later) - most) < 1);
});

test("after a long pause of the sender the pace is found again at once", () => {
  const playback = new Playback();
  for (let seq = 1; seq <= 10; seq += 1) playback.push(flight(seq), seq * TICK_MS);
  for (let seq = 11; seq <= 13; seq += 1) playback.push(flight(seq), seq * TICK_MS + 5000);
  const shown = shownAt(playback, 13 * TICK_MS + 5000);
  assert.ok(shown > 11 * STEP && shown < 13 * STEP, `${shown / STEP}`);
});

test("before the first word there is nothing to show", () => {
  assert.equal(new Playback().at(0), null);
});

test("the longest pause is that of somebody who did not move on the screen", () => {
  const pauses = new Pauses();
  for (const [now, progress] of [
    [0, 1],
    [16, 2],
    [32, 2],
    [48, 2],
    [64, 3],
    [80, 4],
  ])
    pauses.note([{ id: "a", progress }], now);
  assert.equal(pauses.longest("a"), 48);
  pauses.note([], 100);
  assert.equal(pauses.longest("a"), undefined);
  assert.equal(pauses.worst, 48);
});

test("who took what from whom is read from two moments", () => {
  assert.deepEqual(takings(["", "a", "a", "b", "b", ""], ["b", "b", "b", "b", "", ""]), [
    { by: "b", from: "", stars: 1 },
    { by: "b", from: "a", stars: 2 },
  ]);
});

/**
 * Frames that come so far apart, in milliseconds, from a moment on, until one is wanted no more or
 * there were enough.
 * @param {Pace} pace
 * @param {number} from
 * @param {number} gap
 * @param {number} count
 */
function frames(pace, from, gap, count) {
  for (let frame = 1; frame <= count; frame += 1) if (!pace.wantsNext(from + frame * gap)) return from + frame * gap;
  return null;
}

test("each frame is drawn on screens of 50 to 144 frames a second", () => {
  for (const gap of [1000 / 144, 1000 / 60, 1000 / 50]) assert.equal(frames(new Pace(), 0, gap, 10_000), null);
});

test("where frames are late it is drawn once a tick, and each frame is tried again: after 4 s, and at last every 64 s", () => {
  for (const gap of [25, 40, 200]) {
    const pace = new Pace();
    let now = 0;
    for (const seconds of [4, 8, 16, 32, 64, 64, 64]) {
      const late = frames(pace, now, gap, 300);
      assert.ok(late !== null, `${gap} ms`);
      assert.equal(pace.wantsNext(late + 1000 * seconds - 1), false);
      now = late + 1000 * seconds;
      assert.equal(pace.wantsNext(now), true);
    }
  }
});

test("single late frames, and the time while a page was hidden, do not count", () => {
  const pace = new Pace();
  let now = 0;
  for (let frame = 1; frame < 5000; frame += 1) {
    now += frame % 1000 === 0 ? 3_600_000 : frame % 100 === 0 ? 90 : 1000 / 60;
    assert.equal(pace.wantsNext(now), true);
  }
});
