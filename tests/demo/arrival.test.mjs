/** What a link joins: a page of the proxy may, a stranger's only suggests. Seen by a program that is in the channel already. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";

import WebSocket from "ws";

import { within } from "../browser/deadline.mjs";
import { NwsProxy } from "../browser/proxy.mjs";
import { Site } from "../browser/site.mjs";
import { launch, picture, tab } from "../browser/world.mjs";
import { ALLOWED, DEVICES } from "./conference-meeting.mjs";
import { end, enter } from "./visit.mjs";

/** @import { Browser } from "playwright-core" */

const DEMOS = ["chat", "game", "pubsub", "webrtc"];
/** @type {NwsProxy} */
let proxy;
/** @type {Browser} */
let browser;
/** @type {Site} */
let stranger;

/** A program that counts who comes. */
class Witness {
  #socket;
  #came = 0;
  /** @type {{action: string, resolve: (value?: unknown) => void}[]} */
  #waiting = [];

  /** @param {string} channel */
  static async join(channel) {
    const witness = new Witness(new WebSocket(`${proxy.ws}/${channel}`));
    // The first frame tells it who it is.
    await within("a witness", once(witness.#socket, "message"));
    return witness;
  }

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#hear(JSON.parse(String(data))));
  }

  /** How many have come until the proxy answers. */
  async count() {
    const answered = new Promise((resolve) => {
      this.#waiting.push({ action: "status", resolve });
    });
    this.#socket.send('{"action":"status"}');
    await within("the answer of the proxy", answered);
    return this.#came;
  }

  comes() {
    return within(
      "somebody to come",
      new Promise((resolve) => {
        this.#waiting.push({ action: "connect", resolve });
      }),
    );
  }

  async leave() {
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await within("the end of a witness", closed);
  }

  /** @param {{action: string}} frame */
  #hear({ action }) {
    if (action === "connect") this.#came += 1;
    this.#waiting = this.#waiting.filter((waiting) => waiting.action !== action || waiting.resolve());
  }
}

before(async () => {
  proxy = await NwsProxy.start();
  browser = await launch(undefined, DEVICES);
  /** @param {string[]} target */
  const link = ([id, path]) => `<a id="${id}" href="${proxy.http}${path}">${id}</a>`;
  const links = [
    ...DEMOS.map((demo) => [demo, `/demo/${demo}/#lured-${demo}`]),
    ["console", "/console#network/lured-console,local/lured-too"],
  ];
  stranger = await Site.start(
    "127.0.0.1",
    async () => `<!doctype html><title>Stranger</title>${links.map(link).join(" ")}`,
  );
});
after(async () => {
  await browser?.close();
  await stranger?.stop();
  await proxy?.stop();
});

for (const demo of DEMOS) {
  test(`${demo}: a link from elsewhere joins after a click only, and a reload joins at once`, async () => {
    const witness = await Witness.join(`lured-${demo}`);
    const page = await enter(browser, `${proxy.http}/demo/${demo}/`, "Ann", "home", ALLOWED);
    await page.goto(`${stranger.origin}/`);
    await page.locator(`#${demo}`).click();
    const join = page.getByRole("button", { name: "Join", exact: true });
    await join.waitFor();
    assert.equal(await page.getByLabel("Channel name").inputValue(), `lured-${demo}`);
    assert.equal(await page.getByLabel("Your name").inputValue(), "Ann");
    assert.equal(await witness.count(), 0);
    const came = witness.comes();
    await join.click();
    await came;
    const again = witness.comes();
    await page.reload();
    await again;
    await witness.leave();
    await end(page);
  });
}

test("a stranger who changes the address of a page that is open, or goes back in its history, makes it join nothing", async () => {
  const witness = await Witness.join("lured-chat");
  const page = await enter(browser, `${proxy.http}/demo/chat/`, "Ann", "home");
  await page.evaluate(() => {
    location.hash = "lured-chat";
  });
  await page.getByRole("button", { name: "Join", exact: true }).waitFor();
  await page.goto(`${proxy.http}/demo/chat/#lured-chat`);
  await page.goto(`${proxy.http}/demo/`);
  await page.goBack();
  await page.getByRole("button", { name: "Join", exact: true }).waitFor();
  assert.equal(await witness.count(), 0);
  await witness.leave();
  await end(page);
});

test("a page of the proxy joins what it links to", async () => {
  const witness = await Witness.join("linked");
  const page = await enter(browser, `${proxy.http}/demo/chat/`, "Ann", "home");
  await page.goto(`${proxy.http}/demo/`);
  const came = witness.comes();
  await page.evaluate(() => {
    location.href = "/demo/chat/#linked";
  });
  await came;
  await witness.leave();
  await end(page);
});

test("the console: a link from elsewhere joins after a click only, and a reload joins at once", async () => {
  const witness = await Witness.join("lured-console");
  const page = await tab(browser);
  await page.goto(`${stranger.origin}/`);
  await page.locator("#console").click();
  await page
    .getByText("The link that opened this page names these channels: lured-console, lured-too (local).")
    .waitFor();
  await picture(page, "console-linked");
  assert.equal(await witness.count(), 0);
  const came = witness.comes();
  await page.getByRole("button", { name: "Join them" }).click();
  await came;
  await page.getByRole("tab", { name: /lured-too/ }).waitFor();
  const again = witness.comes();
  await page.reload();
  await again;
  assert.equal(await page.getByRole("button", { name: "Join them" }).count(), 0);
  await witness.leave();
  await end(page);
});
