/** Scenarios of peers and what they say. */

import assert from "node:assert/strict";

import { arrive, tells } from "./stage.mjs";

/** @import { Scenarios } from "./scenarios.mjs" */
/** @import { Said } from "./program.mjs" */

/** Bytes of messages at which frames change their form, up to the largest. */
const SIZES = [0, 1, 125, 126, 65_535, 65_536, 1_048_576];

const MESSAGES_IN_A_ROW = 2000;

/** @type {Scenarios} */
export const MESSAGES = {
  async "roster: who was there before, in any number"(stage) {
    await stage.begin();
    const partners = [await stage.partner(), await stage.partner(), await stage.partner()];
    const { peers, id } = await stage.client();
    assert.deepEqual(peers.sort(), partners.map((partner) => partner.id).sort());
    for (const { program } of partners) {
      const told = [await program.until("connect")];
      while (told.at(-1)?.peer !== id) told.push(await program.until("connect"));
    }
  },

  async "presence: a peer comes and goes 20 times"(stage) {
    await stage.begin();
    const { program } = await stage.client();
    const other = await stage.partner();
    tells(await program.next(), { event: "connect", peer: other.id });
    for (let { id } = other, turn = 0; turn < 20; turn++) {
      other.program.do({ do: "close" });
      await other.program.until("closed");
      tells(await program.next(), { event: "disconnect", peer: id });
      other.program.do({ do: "open", channel: "conformance", endpoint: stage.proxy.ws });
      ({ id } = await arrive(other.program));
      tells(await program.next(), { event: "connect", peer: id });
    }
  },

  async "message: to all and to one, and nobody else hears it"(stage) {
    await stage.begin();
    const { client, partner } = await stage.pair();
    const third = await stage.partner();
    await client.program.until("connect");
    await partner.program.until("connect");
    for (const [to, direct] of [
      [partner.id, true],
      [undefined, false],
    ]) {
      client.program.do({ do: "send", text: "from the client", to });
      const heard = { event: "message", from: client.id, text: "from the client", direct };
      tells(await partner.program.next(), heard);
    }
    tells(await third.program.next(), { event: "message", from: client.id, direct: false });
    partner.program.do({ do: "send", text: "to one", to: client.id });
    partner.program.do({ do: "send", text: "to all" });
    tells(await client.program.next(), { event: "message", from: partner.id, text: "to one", direct: true });
    tells(await client.program.next(), { event: "message", from: partner.id, text: "to all", direct: false });
    tells(await third.program.next(), { event: "message", from: partner.id, text: "to all" });
  },

  async "binary: of every size up to the largest, both ways"(stage) {
    await stage.begin();
    const { client, partner } = await stage.pair();
    for (const size of SIZES) {
      const hex = "7f".repeat(size);
      client.program.do({ do: "send", hex });
      tells(await partner.program.next(), { event: "message", from: client.id, hex, direct: false });
      partner.program.do({ do: "send", hex, to: client.id });
      tells(await client.program.next(), { event: "message", from: partner.id, hex, direct: true });
    }
  },

  async "text: of every size up to the largest, both ways"(stage) {
    await stage.begin();
    const { client, partner } = await stage.pair();
    for (const size of SIZES) {
      const text = "\u0001".repeat(size);
      client.program.do({ do: "send", text, to: partner.id });
      tells(await partner.program.next(), { event: "message", from: client.id, text, direct: true });
      partner.program.do({ do: "send", text });
      tells(await client.program.next(), { event: "message", from: partner.id, text, direct: false });
    }
  },

  async "order: what one peer says arrives once, in its order"(stage) {
    await stage.begin();
    const { client, partner } = await stage.pair();
    for (const [speaker, listener] of [
      [client, partner],
      [partner, client],
    ]) {
      if (!speaker || !listener) continue;
      for (let number = 0; number < MESSAGES_IN_A_ROW; number++) {
        speaker.program.do({ do: "send", ...numbered(number, listener.id) });
      }
      for (let number = 0; number < MESSAGES_IN_A_ROW; number++) {
        const { to, ...said } = numbered(number, listener.id);
        const heard = { event: "message", from: speaker.id, ...said, direct: to !== undefined };
        tells(await listener.program.next(), heard);
      }
    }
  },

  async "a message that is too large is refused, and all goes on"(stage) {
    await stage.begin("--max-message-size", "1000");
    const { client, partner } = await stage.pair();
    for (const large of [
      { text: "é".repeat(501) },
      { hex: "00".repeat(1001) },
      { text: "a".repeat(1001), to: partner.id },
    ]) {
      client.program.do({ do: "send", ...large });
      tells(await client.program.next(), { event: "failed", do: "send", error: "too-big" });
    }
    client.program.do({ do: "send", text: "é".repeat(500) });
    tells(await partner.program.next(), { event: "message", text: "é".repeat(500) });
  },

  async "a peer that is not there"(stage) {
    await stage.begin();
    const { client, partner } = await stage.pair();
    client.program.do({ do: "send", text: "x", to: "nobody" });
    tells(await client.program.next(), { event: "failed", do: "send", error: "peer-gone" });
    partner.program.do({ do: "close" });
    tells(await client.program.next(), { event: "disconnect", peer: partner.id });
    client.program.do({ do: "send", text: "x", to: partner.id });
    tells(await client.program.next(), { event: "failed", do: "send", error: "peer-gone" });
  },

  async "a local channel is another one"(stage) {
    await stage.begin();
    const partner = await stage.partner();
    const { peers, program } = await stage.client({ local: true });
    assert.deepEqual(peers, []);
    const neighbour = await stage.partner({ local: true });
    tells(await program.next(), { event: "connect", peer: neighbour.id });
    partner.program.do({ do: "send", text: "network" });
    neighbour.program.do({ do: "send", text: "local" });
    tells(await program.next(), { event: "message", from: neighbour.id, text: "local" });
  },
};

/**
 * A message with a number, to all or to one, as a text or as bytes.
 * @param {number} number
 * @param {string} id
 * @returns {Said}
 */
function numbered(number, id) {
  const data = number % 3 ? { text: String(number) } : { hex: Buffer.from(String(number)).toString("hex") };
  return number % 2 ? { ...data, to: id } : data;
}
