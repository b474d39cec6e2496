/** Whatever proxies do, a channel that connects again tells of it as a model says. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";
import { seeded } from "./seeded.mjs";

/**
 * @import { Page } from "playwright-core"
 * @import { Client, FakeProxy } from "./fake-proxy.mjs"
 */

const STEPS = 25;

for (let seed = 1; seed <= 8; seed++) {
  inPage(`random proxies, seed ${seed}`, async ({ page, proxy, endpoint }) => {
    const log = page.evaluate(async (endpoint) => {
      /** @type {string[]} */
      const log = [];
      /** @type {{maxDelay: number, send: "queue"}} */
      const reconnect = { maxDelay: 0, send: "queue" };
      // However slowly the story goes, no connection lasts.
      Date.now = () => 0;
      const ws = record(endpoint, log, "chan", { reconnect });
      ws.addEventListener("open", () => {
        ws.addEventListener("reconnecting", () => ws.send("queued"), { once: true });
      });
      ws.addEventListener("message", ({ data }) => (data === "end" ? ws.close() : ws.send(data)));
      await next(ws, "close");
      return log;
    }, endpoint);
    const random = seeded(seed);
    const story = new Story(page, proxy, random);
    await story.tell();
    assert.deepEqual(withoutOutages(await log), story.expected);
  });
}

/** What a proxy does, and what a page is to make of it. */
class Story {
  /** @type {string[]} */
  expected = [];
  /** @type {string[]} */
  #present = [];
  /** @type {Client | null} */
  #latest = null;
  #random;
  #said = 0;

  /**
   * @param {Page} page
   * @param {FakeProxy} proxy
   * @param {(bound: number) => number} random
   */
  constructor(page, proxy, random) {
    this.page = page;
    this.proxy = proxy;
    this.#random = random;
  }

  /**
   * @template Item
   * @param {Item[]} list
   */
  pick(list) {
    return list[this.#random(list.length)];
  }

  get #client() {
    assert.ok(this.#latest);
    return this.#latest;
  }

  async tell() {
    await this.#open();
    for (let step = 0; step < STEPS; step++) {
      const actions = [this.#arrive, this.#leave, this.#broadcast, this.#direct, this.#lose];
      await this.pick(actions).call(this);
    }
    this.#client.broadcast("a", "end");
    this.expected.push(`root message end from a by ${this.#present.find((id) => id === "a")} [1]`);
    this.#expectDepartures("1005 true", 3);
    this.expected.push("root close 1005 true [3]");
  }

  async #open() {
    const peers = ["a", "b", "c"].filter(() => this.pick([true, false]));
    this.#latest = await this.proxy.admitAs(`me ${this.#said++}`, ...peers);
    assert.equal(this.proxy.present, 1);
    this.expected.push("root open [1]");
    this.#present = [];
    peers.forEach((id) => this.#expectArrival(id));
  }

  #arrive() {
    const id = this.pick(["a", "b", "c", "d", "e"]);
    this.#client.connect(id);
    if (!this.#present.includes(id)) {
      this.#expectArrival(id);
    }
  }

  #leave() {
    const id = this.pick(["a", "b", "c", "d", "e"]);
    this.#client.disconnect(id);
    if (this.#present.includes(id)) {
      this.#present = this.#present.filter((other) => other !== id);
      this.expected.push(`${id} close 1001 true [3]`, `root disconnect ${id} [1]`);
    }
  }

  async #broadcast() {
    const id = this.pick(["a", "b"]);
    const data = `number ${this.#said++}`;
    this.#client.broadcast(id, data);
    this.expected.push(`root message ${data} from ${id} by ${this.#present.find((other) => other === id)} [1]`);
    assert.deepEqual(await this.#client.frame(), { action: "broadcast", data });
  }

  #direct() {
    const data = `number ${this.#said++}`;
    this.#client.message("a", data);
    if (this.#present.includes("a")) {
      this.expected.push(`a message ${data} from a by a [1]`);
    }
  }

  async #lose() {
    const code = this.pick([1000, 1001, 1013, 4503]);
    this.#client.socket.close(code);
    await this.#client.closed;
    this.#expectDepartures(`${code} true`, 0);
    this.expected.push("outage");
    while (this.pick([true, true, false])) {
      await this.pick([this.#refuse, this.#drop, this.#turnAway]).call(this);
    }
    await this.#open();
    assert.deepEqual(await this.#client.frame(), { action: "broadcast", data: "queued" });
  }

  async #refuse() {
    const attempted = this.page.evaluate(
      () => new Promise((resolve) => written.addEventListener("line", resolve, { once: true })),
    );
    this.proxy.close();
    await attempted;
    await this.proxy.start();
  }

  async #drop() {
    (await this.proxy.accept()).socket.terminate();
  }

  async #turnAway() {
    const client = await this.proxy.accept();
    await client.frame();
    client.socket.close(4429);
  }

  /** @param {string} id */
  #expectArrival(id) {
    this.#present.push(id);
    this.expected.push(`root connect ${id} [1]`, `${id} open [1]`);
  }

  /**
   * @param {string} end
   * @param {number} state
   */
  #expectDepartures(end, state) {
    for (const id of this.#present) {
      this.expected.push(`${id} close ${end} [3]`, `root disconnect ${id} [${state}]`);
    }
  }
}

/**
 * Puts one word for the attempts of an outage, which count on from those before, and for their
 * errors, each another than the last.
 * @param {string[]} log
 */
function withoutOutages(log) {
  let attempt = 0;
  let isOutage = false;
  /** @type {string | undefined} */
  let reason;
  return log.flatMap((line) => {
    if (line.startsWith("root error")) {
      assert.notEqual(line, reason);
      reason = line;
      return [];
    }
    if (line.startsWith("root reconnecting")) {
      assert.equal(line, `root reconnecting ${++attempt} [0]`);
      const before = isOutage;
      isOutage = true;
      return before ? [] : ["outage"];
    }
    if (line.startsWith("root open")) {
      isOutage = false;
      reason = undefined;
    }
    return [line];
  });
}
