/** The game's messages: what goes in comes out, and what is no message of the game is none. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { digest, nothing } from "../../demo/game/claims.js";
import { HEIGHT, SPEED_MAX, STARS, WATCHING, WIDTH } from "../../demo/game/field.js";
import {
  decode,
  encodeClaims,
  encodePing,
  encodePong,
  encodeSnapshot,
  encodeViews,
  OWNERS_MAX,
} from "../../demo/game/wire.js";
import { dice } from "./game-net.mjs";

/** @import { Claims, Star } from "../../demo/game/claims.js" */

/**
 * @param {number} number
 * @param {Partial<Star>} [more]
 */
const star = (number, more = {}) => ({ number, epoch: 1, x: 10, y: 20, vx: -30, vy: 40, ...more });
/** @param {Partial<Claims>} [more] */
const player = (more = {}) => ({
  seq: 77,
  seat: 3,
  turn: 4,
  comet: { x: 1, y: 2, vx: -3, vy: 4, dx: -127, dy: 127 },
  tail: [star(5), star(2)],
  drift: [star(9, { epoch: 0 })],
  ...more,
});
/** @param {unknown} message */
const is = (message) => assert.notEqual(decode(message), null);
/** @param {unknown} message */
const isNone = (message) => assert.equal(decode(message), null);

test("claims, views, snapshots and signs of life arrive as they were sent", () => {
  const [one, other] = [player(), { ...nothing(), seq: 1 }];
  assert.deepEqual(decode(encodeClaims(one)), { kind: "claims", claims: one });
  const views = [
    { id: "ann", seq: 30, digest: 0xffffffff },
    { id: "bob~abcdefghijklmnopqrstuvwxyz", seq: 0xffffffff, digest: 0 },
  ];
  assert.deepEqual(decode(encodeViews(views)), { kind: "views", views });
  const owners = [
    { id: "ann", claims: one },
    { id: "x".repeat(91), claims: other },
  ];
  assert.deepEqual(decode(encodeSnapshot(owners)), { kind: "snapshot", owners });
  assert.deepEqual(decode(encodePing(5)), { kind: "ping", number: 5 });
  assert.deepEqual(decode(encodePong(6)), { kind: "pong", number: 6 });
});

test("every number of the claims counts for the digest", () => {
  /**
   * @param {Claims} claims
   * @returns {[place: object, key: string][]}
   */
  const numbers = (claims) => {
    const { comet, tail, drift } = claims;
    const places = [claims, comet, ...tail, ...drift];
    return places.flatMap((place) =>
      Object.entries(place)
        .filter(([, value]) => typeof value === "number")
        .map(/** @returns {[object, string]} */ ([key]) => [place, key]),
    );
  };
  const digests = new Set([digest(player())]);
  const count = numbers(player()).length;
  for (let index = 0; index < count; index += 1) {
    const claims = structuredClone(player());
    const [place, key] = numbers(claims)[index];
    Reflect.set(place, key, Reflect.get(place, key) + 1);
    digests.add(digest(claims));
  }
  const swapped = player({ tail: [star(2), star(5)] });
  const loose = player({ tail: [star(5)], drift: [star(2), star(9, { epoch: 0 })] });
  digests.add(digest(swapped)).add(digest(loose));
  assert.equal(digests.size, count + 3);
});

test("places outside of the sky, impossible speeds, seats and stars are no claims", () => {
  const edge = player({
    comet: { x: WIDTH, y: HEIGHT, vx: SPEED_MAX * 16, vy: -SPEED_MAX * 16, dx: 0, dy: 0 },
  });
  is(encodeClaims(edge));
  for (const wrong of [
    { x: WIDTH + 1 },
    { y: HEIGHT + 1 },
    { x: 65_535 },
    { vx: SPEED_MAX * 16 + 1 },
    { vy: -32_768 },
  ]) {
    isNone(encodeClaims(player({ comet: { ...edge.comet, ...wrong } })));
    isNone(encodeClaims(player({ drift: [star(1, wrong)] })));
  }
  isNone(encodeClaims(player({ drift: [star(STARS)] })));
  isNone(encodeClaims(player({ drift: [star(255)] })));
  isNone(encodeClaims(player({ drift: [star(5)] })));
  isNone(encodeClaims(player({ tail: [star(1, { epoch: 0 })] })));
  isNone(encodeClaims(player({ seat: 8 })));
  isNone(encodeClaims(player({ seat: WATCHING })));
  is(encodeClaims(player({ seat: WATCHING, tail: [] })));
});

test("a message of any other length, kind or form is ignored, and never throws", () => {
  for (const message of [
    encodeClaims(player()),
    encodeViews([{ id: "a", seq: 1, digest: 2 }]),
    encodeSnapshot([{ id: "a", claims: player() }]),
    encodePing(1),
  ]) {
    for (let length = 0; length < message.byteLength; length += 1) isNone(message.slice(0, length));
    isNone(Uint8Array.of(...new Uint8Array(message), 0).buffer);
    const other = new Uint8Array(message.slice());
    for (const kind of [0, 6, 99, 255]) {
      other[1] = kind;
      isNone(other.buffer);
    }
  }
  for (const odd of [
    "",
    "hello",
    '{"type":"claims"}',
    null,
    undefined,
    7,
    {},
    new Uint8Array([0xc0, 4, 0, 0, 0, 1]),
    new ArrayBuffer(0),
    new ArrayBuffer(1 << 20),
  ])
    isNone(odd);
  isNone(encodeViews([{ id: "", seq: 1, digest: 1 }]));
  isNone(encodeViews([{ id: "x".repeat(92), seq: 1, digest: 1 }]));
});

test("more owners than a message may have are neither sent nor read", () => {
  const views = Array.from({ length: OWNERS_MAX + 1 }, (_, number) => ({
    id: `${number}`,
    seq: number,
    digest: number,
  }));
  const message = encodeViews(views);
  const decoded = decode(message);
  assert.equal(decoded?.kind === "views" && decoded.views.length, OWNERS_MAX);
  new Uint8Array(message)[2] = OWNERS_MAX + 1;
  isNone(message);
});

test("random bytes are either claims of this game or nothing", () => {
  const random = dice(11);
  for (let run = 0; run < 20_000; run += 1) {
    const bytes = Uint8Array.from({ length: random.below(80) }, () => random.below(256));
    bytes.set([0xc0, 1 + random.below(5)].slice(0, bytes.length));
    const message = decode(bytes.buffer);
    if (message?.kind !== "claims") continue;
    assert.deepEqual(new Uint8Array(encodeClaims(message.claims)), bytes);
  }
});
