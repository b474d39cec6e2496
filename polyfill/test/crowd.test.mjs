/** A thousand peers come and go, in an order that chance takes from a seed, and a model says what a page sees of it. */
import assert from "node:assert/strict";

import { inPage } from "./chromium.mjs";
import { seeded } from "./seeded.mjs";

/** @import { Client } from "./fake-proxy.mjs" */

const PEERS = 1000;
const STEPS = 10_000;

/** The page closes its socket to a peer whose message says so. */
const ENOUGH = "enough";

for (const seed of [1, 2, 3]) {
  inPage(`a thousand peers, seed ${seed}`, async ({ page, proxy, endpoint }) => {
    const seen = page.evaluate(watchCrowd, { endpoint, enough: ENOUGH });
    const client = await proxy.admit();
    const model = new Model(client);
    crowd(model, seeded(seed));
    client.broadcast("somebody", "the end");
    const { log, peers } = await seen;
    const first = log.findIndex((line, i) => line !== model.log[i]);
    assert.deepEqual(
      [log[first], log.length],
      [first < 0 ? undefined : model.log[first], model.log.length],
      `line ${first}`,
    );
    assert.deepEqual(peers, [...model.open]);
    assert.deepEqual([model.came.size, model.left > PEERS, model.open.size > 0], [PEERS, true, true]);
  });
}

/**
 * Runs in the page: everything that fires until the end.
 * @param {{endpoint: string, enough: string}} run
 */
async function watchCrowd({ endpoint, enough }) {
  /** @type {string[]} */
  const log = [];
  const ws = new NetworkWebSocket("chan", { endpoint });
  ws.onconnect = ({ detail: { target } }) => {
    const { id } = target;
    log.push(`connect ${id} ${target.readyState}`);
    target.onopen = () => log.push(`open ${id} ${target.readyState}`);
    target.onclose = ({ code }) => log.push(`close ${id} ${target.readyState} ${code} ${ws.peers.includes(target)}`);
    target.onmessage = ({ data, senderId, peer }) => {
      log.push(`message ${id} ${senderId} ${peer === target} ${data}`);
      if (data === enough) {
        target.close();
      }
    };
  };
  ws.ondisconnect = ({ detail: { target } }) => log.push(`disconnect ${target.id}`);
  ws.onmessage = ({ data, senderId, peer }) => log.push(`broadcast ${senderId} ${peer?.id} ${data}`);
  while ((await next(ws, "message")).data !== "the end");
  return { log: log.slice(0, -1), peers: ws.peers.map(({ id }) => id) };
}

/** What the proxy says, and what a page has to see of it. */
class Model {
  /** @type {string[]} */
  log = [];
  /** Who is there by the proxy's count. @type {Set<string>} */
  present = new Set();
  /**
   * Those of them whose socket the page has not closed, in order of arrival.
   * @type {Set<string>}
   */
  open = new Set();
  /** @type {Set<string>} */
  came = new Set();
  left = 0;

  /** @param {Client} client */
  constructor(client) {
    this.client = client;
  }

  /** @param {string} id */
  connect(id) {
    this.client.connect(id);
    this.came.add(id);
    this.present.add(id);
    this.open.add(id);
    this.log.push(`connect ${id} 0`, `open ${id} 1`);
  }

  /** @param {string} id */
  disconnect(id) {
    this.client.disconnect(id);
    this.left += 1;
    this.present.delete(id);
    this.#end(id, 1001);
  }

  /**
   * @param {string} id
   * @param {string} data
   */
  broadcast(id, data) {
    this.client.broadcast(id, data);
    this.log.push(`broadcast ${id} ${this.open.has(id) ? id : undefined} ${data}`);
  }

  /**
   * @param {string} id
   * @param {string} data
   */
  message(id, data) {
    this.client.message(id, data);
    if (this.open.has(id)) {
      this.log.push(`message ${id} ${id} true ${data}`);
      if (data === ENOUGH) {
        this.#end(id, 1005);
      }
    }
  }

  /**
   * @param {string} id
   * @param {number} code
   */
  #end(id, code) {
    if (this.open.delete(id)) {
      this.log.push(`close ${id} 3 ${code} false`, `disconnect ${id}`);
    }
  }
}

/**
 * Takes the steps: at first more come than go, at last more go than come.
 * @param {Model} model
 * @param {(bound: number) => number} random
 */
function crowd(model, random) {
  const waiting = Array.from({ length: PEERS }, (_, i) => `p${i}`);
  for (let step = 0; step < STEPS; step++) {
    const present = [...model.present];
    const anybody = present[random(present.length)];
    const chance = random(100);
    const [come, go] = step < STEPS / 2 ? [45, 60] : [20, 32];
    if (chance < come) {
      waiting.length > 0 && model.connect(waiting.splice(random(waiting.length), 1)[0]);
    } else if (anybody !== undefined && chance < go) {
      model.disconnect(anybody);
      // One in three comes back.
      random(3) === 0 && waiting.push(anybody);
    } else if (chance < 80) {
      model.broadcast(`p${random(PEERS)}`, `${step}`);
    } else {
      // Most of them are there; the others have gone, or have not come yet.
      model.message(random(5) > 0 ? (anybody ?? "p0") : `p${random(PEERS)}`, random(10) > 0 ? `${step}` : ENOUGH);
    }
  }
  waiting.forEach((id) => model.came.has(id) || model.connect(id));
}
