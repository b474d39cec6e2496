/** The npm package that a proxy serves, installed by npm. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { PROGRAM, Proxy } from '../browser/proxy.mjs';
import { Project } from './project.mjs';
import { Update } from './update.mjs';

const NEWER = '99.0.0';

let proxy;

before(async () => (proxy = await Proxy.start()));
after(() => proxy?.stop());

/** The folder of a cache. */
async function cacheFolder(t) {
  const path = await mkdtemp(join(tmpdir(), 'nws-cache-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A project with nothing in it. */
async function empty(t, cache) {
  const project = await Project.empty(cache);
  t.after(() => project.remove());
  return project;
}

/** The installed package with the version NEWER, as a tarball. */
async function newer(project) {
  const manifest = JSON.parse(await project.read('package.json'));
  await writeFile(join(project.installed, 'package.json'), JSON.stringify({ ...manifest, version: NEWER }));
  return readFile(join(project.folder, await project.npm('pack', project.installed)));
}

test('npm installs the package of the running proxy', async (t) => {
  const project = await empty(t, await cacheFolder(t));
  await project.npm('install', `${proxy.http}/networkwebsockets.tgz`);
  assert.equal(`nws ${await project.version()}`, execFileSync(PROGRAM, ['--version'], { encoding: 'utf8' }).trim());
  for (const file of ['networkwebsockets.js', 'networkwebsockets.mjs']) {
    const served = await (await fetch(`${proxy.http}/${file}`)).text();
    assert.equal(await project.read(`dist/${file}`), served, file);
  }
  const root = (file) => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
  assert.equal(await project.read('LICENSE'), await root('LICENSE'));
  await assert.rejects(project.read('dist/networkwebsockets.tgz'), { code: 'ENOENT' });
});

test('npm asks the proxy whether it has another package, and gets none twice', async (t) => {
  const cache = await cacheFolder(t);
  const update = await Update.before(t, proxy);
  await (await empty(t, cache)).npm('install', update.url);
  await (await empty(t, cache)).npm('install', update.url);
  const [first, ...later] = update.requests;
  assert.deepEqual(first, { known: undefined, status: 200 });
  assert.ok(later.length > 0 && later.every(({ known, status }) => known && status === 304), JSON.stringify(later));
});

test('after an update of the proxy, npm installs the newer package from the same URL', async (t) => {
  const cache = await cacheFolder(t);
  const update = await Update.before(t, proxy);
  const [again, updated, fresh, source] = await Promise.all([1, 2, 3, 4].map(() => empty(t, cache)));
  for (const project of [again, updated, source]) await project.npm('install', update.url);
  update.to(await newer(source));
  // By the same cache: two projects that have the older package in their lock files, and one that has nothing.
  await again.npm('install', update.url);
  await updated.npm('update', 'networkwebsockets');
  await fresh.npm('install', update.url);
  for (const project of [again, updated, fresh]) assert.equal(await project.version(), NEWER);
});
