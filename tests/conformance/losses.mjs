/** Scenarios in which the proxy does not let a client in, or goes away. */

import assert from "node:assert/strict";

import { arrive, tells } from "./stage.mjs";

/** @import { Program, Said } from "./program.mjs" */
/** @import { Scenarios } from "./scenarios.mjs" */

const KILLS = 20;

/** As many messages are heard between two kills. */
const HEARD = 40;

/** The longest pause between two attempts, in milliseconds. */
const RECONNECTING = { reconnect: true, maxDelay: 200 };

/** What makes a gap visible. */
const GAPS = ["reconnecting", "open", "connect", "disconnect"];

/** @type {Scenarios} */
export const LOSSES = {
  async "no proxy answers"(stage) {
    const proxy = await stage.begin();
    await proxy.stop();
    const program = stage.program();
    program.do({ do: "open", channel: "conformance", endpoint: proxy.ws, reconnect: false });
    tells(await program.until("closed"), { error: "proxy-not-running" });
  },

  async "the channel is full"(stage) {
    await stage.begin("--max-peers-per-channel", "1");
    await stage.partner();
    const program = stage.program();
    program.do({ do: "open", channel: "conformance", endpoint: stage.proxy.ws, reconnect: false });
    tells(await program.until("closed"), { error: "limit" });
  },

  async "the proxy says goodbye, and the client does not connect again"(stage) {
    await stage.begin();
    const { client, partner } = await stage.pair();
    await stage.proxy.stop();
    tells(await client.program.next(), { event: "disconnect", peer: partner.id });
    tells(await client.program.next(), { event: "closed", code: 1001 });
  },

  async "the proxy says goodbye and is back: the gap is visible"(stage) {
    await stage.begin();
    const { client, partner } = await stage.pair(RECONNECTING);
    await stage.proxy.stop();
    tells(await client.program.next(), { event: "disconnect", peer: partner.id });
    tells(await client.program.next(), { event: "reconnecting", attempt: 1, code: 1001 });
    client.program.do({ do: "send", text: "lost" });
    tells(await client.program.until("failed"), { do: "send", error: "not-open" });
    await stage.proxy.again();
    const [again, back] = await Promise.all([arrive(client.program), partner.program.until("open")]);
    assert.notEqual(again.id, client.id);
    partner.program.do({ do: "send", text: "heard" });
    tells(await client.program.until("message"), { from: back.id, text: "heard" });
  },

  async "the proxy is killed 20 times: no gap is silent, and nothing comes twice"(stage) {
    await stage.begin();
    const { client, partner } = await stage.pair(RECONNECTING);
    const speaking = speak(partner.program);
    try {
      /** @type {Said[]} */
      const told = [];
      for (let kill = 0; kill < KILLS; kill++) {
        await hear(client.program, told);
        await stage.proxy.kill();
        await stage.proxy.again();
      }
      await hear(client.program, told);
      assert.ok(told.filter(({ event }) => event === "open").length >= KILLS, "each kill was seen");
      judge(told);
    } finally {
      speaking.stop();
    }
  },
};

/**
 * Says numbers that only grow, all the time.
 * @param {Program} program
 */
function speak(program) {
  let number = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 10; i++) program.do({ do: "send", text: String(number++) });
  }, 5);
  return { stop: () => clearInterval(timer) };
}

/**
 * Takes events until enough messages have been heard: after a kill, those of the next connection.
 * @param {Program} program
 * @param {Said[]} told
 */
async function hear(program, told) {
  let isOpen = told.length === 0;
  for (let heard = 0; heard < HEARD; ) {
    const event = await program.next();
    assert.notEqual(event.event, "exit", "the program has ended");
    told.push(event);
    isOpen ||= event.event === "open";
    heard += isOpen && event.event === "message" ? 1 : 0;
  }
}

/**
 * Each connection but the first follows a gap. Without a sign of one, each number is the one after the last.
 * @param {Said[]} told
 */
function judge(told) {
  let last = -1;
  let isGap = true;
  const connections = told.filter(({ event }) => event === "open" || event === "reconnecting");
  for (const [place, { event }] of connections.entries()) {
    assert.ok(event !== connections[place - 1]?.event || event !== "open", "a connection came without a word of a gap");
  }
  for (const { event, text } of told) {
    if (GAPS.includes(event)) {
      isGap = true;
    } else if (event === "message") {
      const number = Number(text);
      assert.ok(number > last, `${number} came after ${last}`);
      assert.ok(isGap || number === last + 1, `between ${last} and ${number} something was lost in silence`);
      last = number;
      isGap = false;
    }
  }
}
