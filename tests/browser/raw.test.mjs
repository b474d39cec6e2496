/** A plain WebSocket client on the endpoints of the older project, in one channel with a page. */

import assert from "node:assert/strict";
import { on, once } from "node:events";
import { test } from "node:test";

import WebSocket from "ws";

import { within } from "./deadline.mjs";
import { Member } from "./member.mjs";
import { world } from "./world.mjs";

/** @import { Joining } from "./member.mjs" */

const here = world();

/**
 * A raw peer whose frames wait until they are asked for.
 * @param {string} path
 */
async function rawPeer(path) {
  const socket = new WebSocket(`${here.proxy.ws}${path}`);
  const frames = on(socket, "message");
  await within("a raw peer to open", once(socket, "open"));
  const next = async () => {
    const { value } = await within("a frame", frames.next());
    const [data, isBinary] = value ?? [];
    return isBinary ? [...data] : data.toString();
  };
  return { socket, next };
}

/** @type {[Joining["kind"], string][]} */
const PATHS = [
  ["NetworkWebSocket", "/network/raw/7"],
  ["LocalWebSocket", "/local/raw/7"],
];
for (const [kind, path] of PATHS) {
  test(`a raw peer and a page with ${kind} talk in text and bytes`, async () => {
    const page = `${here.sites[0].origin}/classic.html`;
    const member = await Member.join(here.browser, page, { kind, channel: "raw", proxy: here.proxy });
    const raw = await rawPeer(path);
    await member.sees("7");
    raw.socket.send('plain "text"');
    await member.hears("7", 'plain "text"');
    raw.socket.send(Buffer.from([0, 128, 255]));
    await member.hears("7", [0, 128, 255]);
    await member.send("to all");
    await member.sendTo("7", "to you");
    await member.send([1, 2]);
    await member.sendTo("7", [3, 4]);
    assert.deepEqual(
      [await raw.next(), await raw.next(), await raw.next(), await raw.next()],
      ["to all", "to you", [1, 2], [3, 4]],
    );
    raw.socket.close();
    await member.misses("7");
    await member.leave();
  });
}
