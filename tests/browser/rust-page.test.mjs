/** Pages in Rust: the crate `networkwebsockets`, compiled to WebAssembly, in Chromium. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";

import { WebSocket } from "ws";

import { Impostor } from "./impostor.mjs";
import { TARGET } from "./proxy.mjs";
import { Teller } from "./rust-page.mjs";
import { folder, Site } from "./site.mjs";
import { tab, world } from "./world.mjs";

/** @import { TestContext } from "node:test" */

/** How often the proxy is killed under one channel. */
const KILLS = 20;

const here = world();

/** @param {string} name */
const page = (name) => folder(join(TARGET, "pages", name));

/** @param {TestContext} t */
function teller(t) {
  return Teller.start(t, here.browser);
}

/**
 * Pages that have met in a channel.
 * @param {TestContext} t
 * @param {string} channel
 */
async function pair(t, channel) {
  const [a, b] = [await teller(t), await teller(t)];
  const a_id = await a.open(channel, here.proxy.ws);
  const b_id = await b.open(channel, here.proxy.ws);
  assert.equal(await a.line(/^connect /), `connect ${b_id}`);
  assert.equal(await b.line(/^connect /), `connect ${a_id}`);
  return { a, b, a_id, b_id };
}

test("pages in Rust meet, speak to all and to one, and see each other go", async (t) => {
  const { a, b, a_id, b_id } = await pair(t, "rust-talk");
  assert.deepEqual(a.lines.slice(0, 2), [`open ${a_id}`, "sync true"]);
  await a.do("member.send('to all: größer')");
  assert.equal(await b.line(/to all/), `${a_id} to all: to all: größer`);
  await b.do(`member.sendTo(${JSON.stringify(a_id)}, "to you")`);
  assert.equal(await a.line(/to me/), `${b_id} to me: to you`);
  await a.do("member.sendBytes(new Uint8Array([0, 255, 7]))");
  assert.equal(await b.line(/bytes/), `${a_id} to all: bytes [0, 255, 7]`);
  assert.deepEqual(await a.do("member.peers"), [b_id]);

  await b.do("member.close(4000, 'enough')");
  assert.equal(await b.line(/^closed/), "closed 4000 enough -");
  await b.line(/^end$/);
  assert.equal(await a.line(/^disconnect/), `disconnect ${b_id} Some(Left)`);
  await assert.rejects(b.do("member.send('too late')"), /the channel has been closed/);
});

test("a page in Rust meets a page that uses the class", async (t) => {
  const rust = await teller(t);
  const id = await rust.open("rust-class", here.proxy.ws);
  const other = await tab(here.browser);
  t.after(() => other.context().close());
  await other.goto(`${here.sites[0]?.origin}/classic.html`);
  const heard = other.evaluate(
    ([endpoint]) =>
      new Promise((resolve) => {
        const ws = new NetworkWebSocket("rust-class", { endpoint });
        ws.onconnect = ({ detail }) => {
          detail.target.onopen = () => detail.target.send("from the class");
        };
        ws.onmessage = ({ data, senderId }) => resolve([senderId, data]);
      }),
    [here.proxy.ws],
  );
  await rust.line(/to me: from the class$/);
  await rust.do("member.send('from Rust')");
  assert.deepEqual(await heard, [id, "from Rust"]);
});

test("each gap shows when the proxy is killed, and what was kept comes after it", async (t) => {
  const { a, b } = await pair(t, "rust-gaps");
  const keeper = await teller(t);
  await keeper.do(`void (member = Member.start("rust-gaps", ${JSON.stringify(here.proxy.ws)}, hear))`);
  await a.line(/^connect /);
  await b.line(/^connect /);
  for (let time = 0; time < KILLS; time++) {
    const ids = await Promise.all([a, b].map((one) => one.do("member.id")));
    await here.proxy.kill();
    for (const one of [a, b, keeper]) {
      assert.match(await one.line(/^disconnect/), /Some\(Lost\)$/);
      await one.line(/^disconnect/);
      assert.match(await one.line(/^reconnecting/), /^reconnecting 1006 /);
    }
    assert.match(await a.line(/^reconnecting 1006 no/), /no proxy answers at .*: start one with `nws`/);
    await assert.rejects(a.do("member.send('lost')"), /not connected now/);
    await keeper.do(`member.send("kept ${time}")`);
    const told = a.lines.length;
    await here.proxy.again();
    for (const one of [a, b, keeper]) await one.line(/^open /);
    for (const one of [a, b]) {
      await one.line(/^connect /);
      await one.line(/^connect /);
    }
    const now = await Promise.all([a, b].map((one) => one.do("member.id")));
    assert.ok(ids.every((id) => !now.includes(id)));
    await a.do(`member.send("again ${time}")`);
    await b.line(new RegExp(`to all: again ${time}$`));
    assert.ok(a.lines.slice(told).every((line) => !/lost/.test(line)));
  }
  const gaps = a.lines.filter((line) => line.startsWith("open ")).length - 1;
  assert.equal(gaps, KILLS);
  // `cargo xtask bench clients` reads it.
  t.diagnostic(`gaps seen: ${gaps}`);
  assert.ok([a, b].every((one) => one.lines.filter((line) => /: again \d+$|: kept \d+$/.test(line)).every(unique)));
});

/**
 * @param {string} line
 * @param {number} at
 * @param {string[]} all
 */
function unique(line, at, all) {
  return all.indexOf(line) === at;
}

test("without reconnecting a loss is the end", async (t) => {
  const once = await teller(t);
  await once.do(
    `Member.openOnce("rust-once", ${JSON.stringify(here.proxy.ws)}, hear).then((one) => void (member = one))`,
  );
  await here.proxy.kill();
  assert.match(await once.line(/^closed/), /^closed 1006 {2}the connection to the proxy was lost: 1006/);
  await once.line(/^end$/);
  await here.proxy.again();
});

test("streams carry texts and bytes, are refused, and end", async (t) => {
  const { a, b, b_id } = await pair(t, "rust-streams");
  const peer = JSON.stringify(b_id);
  await b.do("member.serve('echo')");
  await assert.rejects(a.do(`member.dial(${peer}, "other")`), /refused the stream: 4001 not served/);
  await assert.rejects(a.do(`member.dial(${peer}, "no token")`), /no subprotocol/);
  await a.do(`member.dial(${peer}, "echo").then((one) => void (stream = one))`);
  assert.equal(await a.do("stream.protocol"), "echo");
  assert.equal(await a.do("stream.ask('hello')"), "hello");
  assert.equal(await a.do("stream.ask('ä😀'.repeat(50_000)).then((text) => text === 'ä😀'.repeat(50_000))"), true);
  assert.equal(await a.do("stream.pipe(1_000_000)"), 1_000_000);
  await a.do("stream.close(4002, 'done')");

  await a.do(`member.dial(${peer}, "echo").then((one) => void (stream = one))`);
  const end = a.do("stream.end()");
  await b.do("member.close(1000, '')");
  assert.match(await end, /the peer has left|the stream has ended/);
});

test("a page that takes no events is cut, and comes back with what had come", async (t) => {
  const { a, b, b_id } = await pair(t, "rust-slow");
  const idle = await teller(t);
  await idle.do(`Member.openIdle("rust-slow", ${JSON.stringify(here.proxy.ws)}).then((one) => void (member = one))`);
  await a.line(/^connect /);
  await a.do("(async () => { for (let n = 0; n < 700; n++) await member.send(String(n)); })()");
  // It goes while the others hear the rest, or afterwards.
  assert.match(await b.line(/^disconnect/), /^disconnect \w+ Some\((Left|Slow)\)$/);
  if (!b.lines.some((line) => line.endsWith(": 699"))) await b.line(/: 699$/);
  await idle.do("member.listen(hear)");
  assert.match(await idle.line(/^reconnecting/), /^reconnecting 1013 .*read too slowly/);
  const heard = idle.lines.filter((line) => /to all: \d+$/.test(line)).map((line) => Number(line.split(": ")[1]));
  assert.ok(heard.length > 400 && heard.every((number, at) => number === at), `${heard}`);
  await idle.line(/^open /);
  await idle.line(new RegExp(`^connect ${b_id}$`));
});

test("errors say what is wrong and what to do", async (t) => {
  const rust = await teller(t);
  const nobody = await Impostor.start(t, {});
  const later = await Impostor.start(t, { status: { protocol: 2, origin: "allowed" } });
  const strict = await Impostor.start(t, { status: { protocol: 1, origin: "refused" } });
  const { port } = new URL(here.proxy.ws);
  await here.proxy.kill();
  /** @type {[string, RegExp][]} */
  const table = [
    [here.proxy.ws, new RegExp(`no proxy answers at ws://localhost:${port}/: start one with \`nws\``)],
    [nobody.ws, /is no proxy of Network Web Sockets \(HTTP status 404: nothing here\)/],
    [later.ws, /of another version/],
    [strict.ws, new RegExp(`--allow-origin ${rust.origin}`)],
    ["localhost", /no address of a proxy/],
  ];
  for (const [endpoint, message] of table) await assert.rejects(rust.open("rust-errors", endpoint), message);
  await here.proxy.again();
  await assert.rejects(rust.open("a/b", here.proxy.ws), /invalid channel name/);
});

test("the example is a page that works", async (t) => {
  const site = await Site.start("localhost", page("example"));
  t.after(() => site.stop());
  const rust = await teller(t);
  await rust.open("page.example", here.proxy.ws);
  const example = await tab(here.browser);
  t.after(() => example.context().close());
  // It is for a proxy at the usual port.
  await example.routeWebSocket(/:9009\//, (socket) => {
    const proxy = new WebSocket(socket.url().replace(/^.*:9009/, here.proxy.ws));
    const opened = once(proxy, "open");
    socket.onMessage((data) => opened.then(() => proxy.send(data)));
    proxy.on("message", (data) => socket.send(`${data}`));
    socket.onClose(() => proxy.close());
  });
  await example.goto(site.origin);
  assert.match(await rust.line(/to all/), /to all: hello from a page$/);
  await rust.do("member.send('hello, page')");
  await example.getByText(`${await rust.do("member.id")}: hello, page`).waitFor();
});
