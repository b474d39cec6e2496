/** Scenarios of streams between two clients, through a real proxy. */

import assert from "node:assert/strict";

import { tells } from "./stage.mjs";

/** @import { Scenarios } from "./scenarios.mjs" */
/** @import { Stage } from "./stage.mjs" */

/** Messages beyond any window. */
const FLOOD = 64;
const FLOOD_BYTES = 65_536;

/** @type {Scenarios} */
export const STREAMS = {
  async "stream: what is said comes back, whoever dials"(stage) {
    for (const turn of ["client", "partner"]) {
      const { near, far } = await connected(stage, turn);
      for (const said of [
        { text: "" },
        { text: "é😀\u0001" },
        { hex: "00ff" },
        { hex: "" },
        { text: "\u0001".repeat(300_000) },
        { hex: "7f".repeat(300_000) },
      ]) {
        near.program.do({ do: "say", stream: near.stream, ...said });
        tells(await far.program.next(far.stream), { event: "heard", ...said });
        far.program.do({ do: "say", stream: far.stream, ...said });
        tells(await near.program.next(near.stream), { event: "heard", ...said });
      }
      await stage.end();
    }
  },

  async "stream: refused, with a code and a reason"(stage) {
    for (const turn of ["client", "partner"]) {
      const { near, far } = await dialled(stage, turn);
      far.program.do({ do: "reject", stream: far.stream, code: 4001, reason: "no: é" });
      tells(await near.program.next(near.stream), { event: "ended", error: "refused", code: 4001, reason: "no: é" });
      await stage.end();
    }
  },

  async "stream: closed with a code and a reason, on either side"(stage) {
    for (const turn of ["client", "partner"]) {
      const { near, far } = await connected(stage, turn);
      near.program.do({ do: "say", stream: near.stream, text: "last" });
      near.program.do({ do: "end", stream: near.stream, code: 4002, reason: "done: é" });
      tells(await far.program.next(far.stream), { event: "heard", text: "last" });
      tells(await far.program.next(far.stream), { event: "ended", code: 4002, reason: "done: é" });
      tells(await near.program.next(near.stream), { event: "ended", code: 4002, reason: "done: é" });
      await stage.end();
    }
  },

  async "stream: it ends when the peer leaves"(stage) {
    for (const turn of ["client", "partner"]) {
      const { near, far } = await connected(stage, turn);
      far.program.do({ do: "close" });
      tells(await near.program.next(near.stream), { event: "ended", code: 1006 });
      await stage.end();
    }
  },

  async "stream: it ends when the proxy is killed"(stage) {
    const { near, far } = await connected(stage, "client");
    await stage.proxy.kill();
    tells(await near.program.next(near.stream), { event: "ended", code: 1006 });
    tells(await far.program.next(far.stream), { event: "ended", code: 1006 });
  },

  async "stream: a slow reader holds back its sender, and nobody else"(stage) {
    for (const turn of ["client", "partner"]) {
      const { near, far } = await connected(stage, turn, true);
      for (let number = 0; number < FLOOD; number++) {
        near.program.do({ do: "say", stream: near.stream, text: message(number) });
      }
      near.program.do({ do: "send", text: "meanwhile", to: far.id });
      tells(await far.program.next(), { event: "message", text: "meanwhile", direct: true });
      for (let number = 0; number < FLOOD; number++) {
        far.program.do({ do: "read", stream: far.stream });
        tells(await far.program.next(far.stream), { event: "heard", text: message(number) });
      }
      await stage.end();
    }
  },
};

/** @param {number} number */
function message(number) {
  return String(number).padEnd(FLOOD_BYTES, ".");
}

/**
 * One has dialled the other, which has been asked.
 * @param {Stage} stage
 * @param {string} who dials
 */
async function dialled(stage, who) {
  await stage.begin();
  const { client, partner } = await stage.pair();
  const [near, far] = who === "client" ? [client, partner] : [partner, client];
  near.program.do({ do: "dial", peer: far.id, protocols: ["a", "b"], as: "out" });
  const { stream, protocols, peer } = await far.program.until("dial");
  assert.deepEqual([peer, protocols], [near.id, ["a", "b"]]);
  return { near: { ...near, stream: "out" }, far: { ...far, stream } };
}

/**
 * There is a stream between them.
 * @param {Stage} stage
 * @param {string} who dials
 * @param {boolean} [hold] the other one takes messages one by one
 */
async function connected(stage, who, hold = false) {
  const { near, far } = await dialled(stage, who);
  far.program.do({ do: "accept", stream: far.stream, protocol: "b", hold });
  tells(await far.program.next(far.stream), { event: "opened", protocol: "b" });
  tells(await near.program.next(near.stream), { event: "opened", protocol: "b" });
  return { near, far };
}
