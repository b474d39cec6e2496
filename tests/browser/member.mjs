/** A page that is a member of a channel, as a test sees it: what it does, and what happens to it, in order. */

import assert from "node:assert/strict";

import { within } from "./deadline.mjs";

/**
 * @import { Browser, Page } from "playwright-core"
 * @import { NwsProxy } from "./proxy.mjs"
 */

/**
 * @typedef {object} Joining
 * @property {"NetworkWebSocket" | "LocalWebSocket"} [kind]
 * @property {string} channel
 * @property {NwsProxy} proxy
 * @property {boolean | {send: "throw" | "queue"}} [reconnect]
 */

export class Member {
  /**
   * Loads a page of `pages.mjs` in a browsing context, and so a renderer, of its own.
   * @param {Browser} browser
   * @param {string} page its address
   * @param {Joining} joining
   */
  static async join(browser, page, { kind = "NetworkWebSocket", channel, proxy, reconnect = false }) {
    const context = await browser.newContext();
    const tab = await context.newPage();
    const member = new Member(tab);
    const query = new URLSearchParams({
      kind,
      channel,
      proxy: proxy.ws,
      reconnect: JSON.stringify(reconnect),
    });
    await tab.goto(`${page}?${query}`);
    await member.opens();
    return member;
  }

  id = "";
  /** What went wrong in the page. @type {string[]} */
  faults = [];

  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    page.on("pageerror", (error) => {
      console.error(`in the page: ${error.message}`);
      this.faults.push(error.message);
    });
  }

  async opens() {
    const event = await this.next();
    assert.equal(event.type, "open", JSON.stringify(event));
    this.id = event.id ?? "";
  }

  /** After a loss: tries until it is back. Attempts are counted on where the connection has not lasted. */
  async returns() {
    let event = await this.next();
    assert.equal(event.type, "reconnecting", JSON.stringify(event));
    for (let attempt = Number(event.attempt); event.type === "reconnecting"; event = await this.next()) {
      assert.equal(event.attempt, attempt++);
    }
    assert.equal(event.type, "open", JSON.stringify(event));
    assert.notEqual(event.id, this.id);
    this.id = event.id ?? "";
  }

  next() {
    return within(
      "something to happen in a page",
      this.page.evaluate(() => window.member.next()),
    );
  }

  /** @param {Happened} event */
  async expect(event) {
    assert.deepEqual(await this.next(), event);
  }

  /**
   * The one arrival that is next.
   * @param {string} peer
   */
  async sees(peer) {
    await this.expect({ type: "connect", peer });
    await this.expect({ type: "peer open", peer });
  }

  /**
   * The next arrivals, in whatever order.
   * @param {string[]} peers
   */
  async seesAll(peers) {
    /** @type {(string | undefined)[]} */
    const seen = [];
    while (seen.length < peers.length) {
      const { type, peer } = await this.next();
      assert.equal(type, "connect");
      await this.expect({ type: "peer open", peer });
      seen.push(peer);
    }
    assert.deepEqual(seen.sort(), peers.toSorted());
  }

  /**
   * The one departure that is next.
   * @param {string} peer
   */
  async misses(peer) {
    await this.expect({ type: "peer close", peer });
    await this.expect({ type: "disconnect", peer });
  }

  /**
   * The next departures, in whatever order.
   * @param {string[]} peers
   */
  async missesAll(peers) {
    /** @type {(string | undefined)[]} */
    const missed = [];
    while (missed.length < peers.length) {
      const { type, peer } = await this.next();
      assert.equal(type, "peer close");
      await this.expect({ type: "disconnect", peer });
      missed.push(peer);
    }
    assert.deepEqual(missed.sort(), peers.toSorted());
  }

  /**
   * @param {string} sender
   * @param {string | number[]} data
   */
  async hears(sender, data) {
    await this.expect({ type: "message", sender, known: true, data });
  }

  /**
   * @param {string} peer
   * @param {string | number[]} data
   */
  async hearsDirectly(peer, data) {
    await this.expect({ type: "direct", peer, data });
  }

  /**
   * Broadcasts a text, or bytes given as an array.
   * @param {string | number[]} data
   */
  send(data) {
    return this.page.evaluate((sent) => {
      window.member.socket.send(typeof sent === "string" ? sent : new Uint8Array(sent));
    }, data);
  }

  /**
   * @param {string} peer
   * @param {string | number[]} data
   */
  sendTo(peer, data) {
    return this.page.evaluate(
      ({ id, sent }) => {
        window.member.peer(id)?.send(typeof sent === "string" ? sent : new Uint8Array(sent));
      },
      { id: peer, sent: data },
    );
  }

  peers() {
    return this.page.evaluate(() => window.member.socket.peers.map((peer) => peer.id));
  }

  async leave() {
    assert.deepEqual(this.faults, []);
    await this.page.context().close();
  }
}

/**
 * Lets members join one after the other, and takes what they see of each other.
 * @param {Browser} browser
 * @param {string[]} pages
 * @param {Joining} options
 */
export async function meet(browser, pages, options) {
  /** @type {Member[]} */
  const members = [];
  for (const page of pages) {
    const newcomer = await Member.join(browser, page, options);
    for (const member of members) await newcomer.sees(member.id);
    for (const member of members) await member.sees(newcomer.id);
    members.push(newcomer);
  }
  return members;
}
