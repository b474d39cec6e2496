/** `probe()` and `requestPermission()`: what a page may know and do before it makes a socket. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { within } from './deadline.mjs';
import { Impostor, nowhere } from './impostor.mjs';
import { Proxy } from './proxy.mjs';
import { internet } from './public.mjs';

let net;
let proxy;
let down;

before(async () => {
  [net, proxy, down] = await Promise.all([internet(), Proxy.start(), nowhere()]);
});
after(() => Promise.all([net?.stop(), proxy?.stop()]));

async function visit(address, permissions, body) {
  const context = await net.browser.newContext({ ignoreHTTPSErrors: true, permissions });
  try {
    const page = await context.newPage();
    await page.goto(address);
    await body(page);
  } finally {
    await context.close();
  }
}

const GRANTED = ['local-network-access'];
const permission = (page) => page.evaluate(() => permission());
const probe = (page, endpoint) => within('an answer', page.evaluate((given) => NetworkWebSocket.probe({ endpoint: given }), endpoint));
const request = (page, endpoint) => within(
  'a decision', page.evaluate((given) => NetworkWebSocket.requestPermission({ endpoint: given }), endpoint));

test('a probe where nobody has to be asked says whether there is a proxy', () => (
  visit(net.loopback, undefined, async (page) => {
    assert.deepEqual(await probe(page, proxy.ws), { ok: true, permission: 'granted', reason: null, message: '' });
    const { ok, reason, message } = await probe(page, down);
    assert.deepEqual([ok, reason], [false, 'proxy-not-running']);
    assert.match(message, /start it/);
  })));

test('a probe asks nobody, and says that somebody will be asked', () => (
  visit(net.secure, undefined, async (page) => {
    const { ok, permission: state, reason } = await probe(page, proxy.ws);
    assert.deepEqual([ok, state, reason], [false, 'prompt', null]);
    // A browser without a window answers each question with no at once.
    assert.equal(await permission(page), 'prompt');
  })));

test('a probe knows what was decided', async () => {
  await visit(net.secure, GRANTED, async (page) => {
    assert.deepEqual(await probe(page, proxy.ws), { ok: true, permission: 'granted', reason: null, message: '' });
  });
  await visit(net.secure, undefined, async (page) => {
    assert.equal(await request(page, proxy.ws), 'denied');
    const { ok, permission: state, reason } = await probe(page, proxy.ws);
    assert.deepEqual([ok, state, reason], [false, 'denied', 'permission-denied']);
  });
  await visit(net.insecure, undefined, async (page) => {
    assert.equal((await probe(page, proxy.ws)).reason, 'insecure-context');
  });
});

test('a request makes the browser ask, whether or not there is a proxy, and tells the decision', async () => {
  for (const endpoint of [proxy.ws, down]) {
    await visit(net.secure, undefined, async (page) => {
      assert.equal(await permission(page), 'prompt');
      assert.equal(await request(page, endpoint), 'denied');
    });
    await visit(net.secure, GRANTED, async (page) => assert.equal(await request(page, endpoint), 'granted'));
  }
});

test('an endpoint may be a function, and both classes have both', () => (
  visit(net.loopback, undefined, async (page) => {
    const told = await page.evaluate(async (endpoint) => [
      (await LocalWebSocket.probe({ endpoint: async () => endpoint })).ok,
      await LocalWebSocket.requestPermission({ endpoint: () => endpoint }),
    ], proxy.ws);
    assert.deepEqual(told, [true, 'granted']);
    const shapes = await page.evaluate(() => ['probe', 'requestPermission'].map((name) => {
      const { writable, enumerable, configurable, value } = Object.getOwnPropertyDescriptor(NetworkWebSocket, name);
      return [writable, enumerable, configurable, value.name, value.length];
    }));
    assert.deepEqual(shapes, [[true, true, true, 'probe', 0], [true, true, true, 'requestPermission', 0]]);
  })));

test('a probe of a proxy that takes long says that there is one', async () => {
  const slow = await Impostor.start({ status: new Promise(() => {}) });
  await visit(net.loopback, undefined, async (page) => assert.equal((await probe(page, slow.ws)).ok, true));
  await slow.stop();
});
