/** The installed package in pages and workers as Chromium loads them, without any tool between. */

import { test } from 'node:test';

import { PAGES, scriptPage, workerPage } from './pages.mjs';
import { place } from './place.mjs';

const here = place(PAGES);

const at = (page) => `${here.site.origin}/${page}`;

test('by script tag', () => here.converses(at('script.html')));

test('by script tag, from the proxy', async () => {
  await here.project.write({ 'served.html': scriptPage(`${here.proxy.http}/networkwebsockets.js`) });
  await here.converses(at('served.html'));
});

test('by import map', () => here.converses(at('map.html')));

test('by import of a URL', () => here.converses(at('url.html')));

for (const kind of ['dedicated', 'shared', 'service']) {
  for (const type of ['classic', 'module']) {
    test(`in a ${kind} worker, ${type}`, async () => {
      const page = `${kind}-${type}.html`;
      await here.project.write({ [page]: workerPage(kind, type) });
      await here.listens(at(page));
    });
  }
}
