/** Pages that ask for it outlive their proxy: it may be killed, restarted or stopped for a while. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { within } from "./deadline.mjs";
import { meet } from "./member.mjs";
import { world } from "./world.mjs";

/** @import { Joining, Member } from "./member.mjs" */

const here = world();

/**
 * @param {Member[]} members
 * @param {Member} member
 */
const others = (members, member) => members.filter((other) => other !== member);

/**
 * @param {Joining["kind"]} kind
 * @param {string} channel
 * @param {number} count
 */
async function together(kind, channel, count) {
  const pages = Array.from({ length: count }, (_, i) => `${here.sites[i % 2].origin}/classic.html`);
  return meet(here.browser, pages, { kind, channel, proxy: here.proxy, reconnect: true });
}

/**
 * Everybody says something to all, and to each; what they hear next is that, and nothing else.
 * @param {Member[]} members
 */
async function talk(members) {
  for (const member of members) {
    await member.send(`all, from ${member.id}`);
    for (const other of others(members, member)) {
      await other.hears(member.id, `all, from ${member.id}`);
      await member.sendTo(other.id, `you, from ${member.id}`);
      await other.hearsDirectly(member.id, `you, from ${member.id}`);
    }
  }
}

/**
 * @param {"kill" | "stop"} end
 * @param {Member[]} members
 */
async function restart(end, members) {
  const lost = members.map((member) => ({ member, ids: others(members, member).map(({ id }) => id) }));
  await here.proxy[end]();
  // In order of arrival, or as the proxy says goodbye to one after the other.
  for (const { member, ids } of lost) await member.missesAll(ids);
  await here.proxy.again();
  await Promise.all(members.map((member) => member.returns()));
  for (const member of members) {
    const ids = others(members, member).map(({ id }) => id);
    await member.seesAll(ids);
    assert.deepEqual((await member.peers()).sort(), ids.sort());
  }
}

/** @type {[Joining["kind"], number][]} */
const MEETINGS = [
  ["NetworkWebSocket", 2],
  ["LocalWebSocket", 3],
];

/** @type {[string, "kill" | "stop"][]} */
const ENDS = [
  ["is killed", "kill"],
  ["says goodbye", "stop"],
];

for (const [kind, count] of MEETINGS) {
  for (const [how, end] of ENDS) {
    test(`${count} pages by ${kind} find each other again when the proxy ${how}`, async () => {
      const members = await together(kind, `again-${end}`, count);
      for (let time = 0; time < 3; time++) {
        await restart(end, members);
        await talk(members);
      }
      for (const member of members) await member.leave();
    });
  }
}

/** @type {("throw" | "queue")[]} */
const MODES = ["throw", "queue"];
for (const mode of MODES) {
  test(`what is said while the proxy is killed again and again comes at most once, in order (${mode})`, async () => {
    const options = { channel: `numbers-${mode}`, proxy: here.proxy, reconnect: { send: mode } };
    const page = `${here.sites[0].origin}/classic.html`;
    const [speaker, listener] = await meet(here.browser, [page, page], options);
    await listener.page.evaluate(() => {
      window.heard = [];
      window.member.socket.addEventListener("message", ({ data, senderId }) => {
        window.heard.push([Number(data), senderId]);
      });
    });
    await speaker.page.evaluate(() => {
      let number = 0;
      setInterval(() => {
        try {
          window.member.socket.send(`${number}`);
          number++;
        } catch {
          // There is no connection, or too much waits for one.
        }
      });
    });
    /** @param {number} speakers */
    const hearsFrom = (speakers) =>
      listener.page.waitForFunction(
        (wanted) => new Set(window.heard.map(([, sender]) => sender)).size === wanted,
        speakers,
      );
    for (let connection = 1; connection <= 5; connection++) {
      await within("a message over the new connection", hearsFrom(connection));
      await here.proxy.kill();
      await here.proxy.again();
    }
    await within("the last connection", hearsFrom(6));
    const heard = await listener.page.evaluate(() => window.heard);
    for (const [i, [number, sender]] of heard.entries()) {
      const [before, speakerBefore] = heard[i - 1] ?? [-1];
      assert.ok(sender === speakerBefore ? number === before + 1 : number > before, `${number} after ${before}`);
    }
    for (const member of [speaker, listener]) await member.leave();
  });
}

test("a proxy that sleeps loses nothing and repeats nothing", async () => {
  const members = await together("NetworkWebSocket", "sleep", 2);
  const [a, b] = members;
  const texts = Array.from({ length: 100 }, (_, number) => `number ${number}`);
  here.proxy.freeze();
  try {
    for (const text of texts) {
      await a.send(text);
      await b.sendTo(a.id, text);
    }
  } finally {
    here.proxy.thaw();
  }
  for (const text of texts) {
    await b.hears(a.id, text);
    await a.hearsDirectly(b.id, text);
  }
  await talk(members);
  for (const member of members) await member.leave();
});

test("a page that comes while the proxy sleeps waits for it, and one that gives up is never seen", async () => {
  const [present] = await together("NetworkWebSocket", "present", 1);
  here.proxy.freeze();
  try {
    await present.page.evaluate((endpoint) => {
      window.opens = [];
      const join = () => {
        const socket = new NetworkWebSocket("waiting", { endpoint, reconnect: { send: "queue" } });
        socket.addEventListener("open", () => window.opens.push(socket.id));
        return socket;
      };
      window.given = join();
      window.waiting = join();
      window.waiting.send("from the time of sleep");
      window.ending = new Promise((resolve) => {
        window.given.addEventListener("close", ({ code }) => resolve(code));
      });
      window.given.close();
    }, here.proxy.ws);
    assert.equal(
      await within(
        "the end of the one",
        present.page.evaluate(() => window.ending),
      ),
      1006,
    );
  } finally {
    here.proxy.thaw();
  }
  await within(
    "the other",
    present.page.waitForFunction(() => window.waiting.readyState === 1),
  );
  const [later] = await together("NetworkWebSocket", "waiting", 1);
  const waiting = await present.page.evaluate(() => window.waiting.id);
  assert.deepEqual(await present.page.evaluate(() => window.opens), [waiting]);
  await later.sees(waiting);
  assert.deepEqual(await later.peers(), [waiting]);
  for (const member of [present, later]) await member.leave();
});
