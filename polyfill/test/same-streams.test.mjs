/** A dialled socket answers as WebSocket does: all probes of the other classes, and those after web-platform-tests. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";

import { NwsProxy } from "../../tests/browser/proxy.mjs";
import { inPage } from "./chromium.mjs";
import { Echo } from "./echo.mjs";
import { closingProbes } from "./probes-closing.mjs";
import { interfaceProbes } from "./probes-interface.mjs";
import { messageProbes } from "./probes-messages.mjs";
import { standardOfCloseArguments } from "./standard-close-arguments.mjs";
import { standardOfClosing } from "./standard-closing.mjs";
import { standardOfEvents } from "./standard-events.mjs";
import { standardOfInterfaces } from "./standard-interface.mjs";
import { standardOfMessages } from "./standard-messages.mjs";
import { standardOfStates } from "./standard-state.mjs";

/**
 * @import { Page } from "playwright-core"
 * @import { Test } from "./chromium.mjs"
 * @import { Probe, Task } from "./probes.mjs"
 */

/** The least share of what the browser's own class passes, in percent. */
const GOAL = 98;

/** No probe takes longer: far beyond what takes its normal course. In milliseconds. */
const DEADLINE = 15_000;

/** Where a dialled socket answers otherwise, and why. @type {Record<string, string>} */
const EXCEPTIONS = {
  "interface: the constructor": "a page dials, and has nothing to construct: so its length is 0",
  "interface: a class of one's own": "a page dials, and has nothing to construct",
  "closing: an end that the server wants: terminate": "`close` has the reason `peer-gone`",
  "the standard: events: events are trusted": "a script makes the events",
  "the standard: events: the message event: its attributes cannot be set":
    "they are the event's own, as a real MessageEvent takes longer to make than all else that is done for a message",
};

const GROUPS = {
  closing: closingProbes,
  interface: interfaceProbes,
  messages: messageProbes,
  "the standard: arguments of close()": standardOfCloseArguments,
  "the standard: closing": standardOfClosing,
  "the standard: events": standardOfEvents,
  "the standard: interface": standardOfInterfaces,
  "the standard: messages": standardOfMessages,
  "the standard: states": standardOfStates,
};

/** @type {NwsProxy} */
let proxy;
before(async () => {
  proxy = await NwsProxy.start();
});
after(() => proxy?.stop());

/** @type {{name: string, isPassed: boolean}[]} */
const verdicts = [];

for (const [group, probes] of Object.entries(GROUPS)) {
  inPage(`a dialled socket: ${group}`, (test) => compare(test, group, probes), "/streams.html", 300_000);
}

test("the share of what WebSocket passes", () => {
  const passed = verdicts.filter(({ isPassed }) => isPassed).length;
  const share = (100 * passed) / verdicts.length;
  console.log(
    `a dialled socket passes ${passed} of the ${verdicts.length} that WebSocket passes: ${share.toFixed(1)} %`,
  );
  assert.equal(verdicts.length, Object.values(GROUPS).flat().length, "every probe was run");
  assert.ok(share >= GOAL, `${share} %`);
});

/**
 * @param {Test} test
 * @param {string} group
 * @param {Probe[]} probes
 */
async function compare(test, group, probes) {
  test.proxy.close();
  const server = await Echo.listen();
  const wanted = await answers(test, "WebSocket", server.endpoint, probes).finally(() => server.close());
  const given = await answers(test, "DialedWebSocket", proxy.ws, probes);
  const surprises = probes.flatMap(({ name }, n) => {
    const isPassed = isDeepStrictEqual(given[n], wanted[n]);
    verdicts.push({ name, isPassed });
    const isSurprise = isPassed === Object.hasOwn(EXCEPTIONS, `${group}: ${name}`);
    return isSurprise ? [`${name}\nwanted ${JSON.stringify(wanted[n])}\ngiven  ${JSON.stringify(given[n])}`] : [];
  });
  assert.equal(surprises.join("\n\n"), "");
}

/**
 * What the probes find out about a class, one after the other, and what the page reports meanwhile.
 * @param {Test} test
 * @param {"WebSocket" | "DialedWebSocket"} class_
 * @param {string} server
 * @param {Probe[]} probes
 */
async function answers({ page, endpoint }, class_, server, probes) {
  const begin = async () => {
    await page.evaluate(heed);
    await page.evaluate((at) => probing(at.class_, at.server, at.endpoint), { class_, server, endpoint });
  };
  await page.reload();
  await begin();
  const found = [];
  for (const { name, task, expected } of probes) {
    const result = await ask(page, task);
    if (class_ === "WebSocket") {
      judge(name, result, expected);
    }
    found.push({ result, reported: await ask(page, () => reported.splice(0)) });
    if (result === NOTHING || (await ask(page, "echo?.rest().then(() => reported.splice(0))")) === NOTHING) {
      await page.reload();
      await begin();
    }
  }
  return found;
}

const NOTHING = "no answer";

/** In the page: keeps what handlers throw. */
function heed() {
  globalThis.reported = [];
  addEventListener("error", (event) => {
    reported.push(event.message);
    event.preventDefault();
  });
}

/**
 * @param {Page} page
 * @param {Task} task
 */
async function ask(page, task) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<unknown>} */
  const deadline = new Promise((resolve) => (timer = setTimeout(resolve, DEADLINE, NOTHING)));
  const answer = page.evaluate(task).catch((error) => `failed: ${error.message}`);
  return Promise.race([answer, deadline]).finally(() => clearTimeout(timer));
}

/**
 * The browser's own class has to pass, so a probe that asks the wrong thing is noticed.
 * @param {string} name
 * @param {unknown} result
 * @param {unknown} expected
 */
function judge(name, result, expected) {
  expected === undefined
    ? assert.ok(JSON.stringify(result).length > 2, name)
    : assert.deepEqual(result, expected, name);
}
