/** Names that nobody guesses. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { dist } from "./dist.mjs";

const { LocalWebSocket, NetworkWebSocket } = await import(join(dist, "networkwebsockets.mjs"));

test("a name has 20 characters, each of them one of 32, and comes once", () => {
  const names = Array.from({ length: 2000 }, () => NetworkWebSocket.randomName());
  for (const name of names) {
    assert.match(name, /^[0-9a-v]{20}$/);
  }
  assert.equal(new Set(names).size, names.length);
  for (let place = 0; place < 20; place++) {
    assert.equal(new Set(names.map((name) => name[place])).size, 32, `place ${place}`);
  }
});

test("both classes make one, and need no this", () => {
  const { randomName } = LocalWebSocket;
  assert.equal(randomName().length, 20);
});
