/** Sites of the internet, as far as a browser can tell: by https and by http, and a browser that takes them for that. */

import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Site } from './site.mjs';
import { launch } from './world.mjs';

const LIBRARY = fileURLToPath(new URL('../../polyfill/dist/networkwebsockets.js', import.meta.url));
const ATTEMPT = fileURLToPath(new URL('attempt.js', import.meta.url));

/** Starts the sites and the browser; `stop()` ends them. */
export async function internet() {
  const identity = await selfSigned();
  const secure = await Site.start('127.0.0.1', pages, identity);
  const insecure = await Site.start('127.0.0.1', pages);
  const loopback = await Site.start('127.0.0.1', pages);
  const browser = await launch(undefined, [
    '--ignore-certificate-errors',
    '--host-resolver-rules=MAP *.test 127.0.0.1',
    `--ip-address-space-overrides=${[secure, insecure].map((site) => `${new URL(site.origin).host}=public`).join()}`,
  ]);
  const named = (site, host) => site.origin.replace('127.0.0.1', host);
  return {
    browser,
    secure: named(secure, 'public.test'),
    other: named(secure, 'other.test'),
    insecure: named(insecure, 'public.test'),
    loopback: loopback.origin,
    stop: async () => {
      await browser.close();
      await Promise.all([secure, insecure, loopback].map((site) => site.stop()));
    },
  };
}

/** The address of a page with a frame, for `Site`s that serve `pages`. */
export function framing(origin, framed, allow = '') {
  return `${origin}/frame/${encodeURIComponent(JSON.stringify([framed, allow]))}.html`;
}

/** The address of a page with a Content-Security-Policy. */
export function strict(origin, policy) {
  return `${origin}/strict/${encodeURIComponent(policy)}.html`;
}

/** Any page with the library and the script of this folder. */
export async function pages(path) {
  const [, kind, argument] = path.replace(/\.html$/, '').split('/').map(decodeURIComponent);
  if (kind === 'worker.js') return Buffer.concat([await readFile(LIBRARY), await readFile(ATTEMPT)]);
  if (kind === 'frame') return frame(...JSON.parse(argument));
  const policy = kind === 'strict' ? `<meta http-equiv="content-security-policy" content="${argument}">` : '';
  const scripts = `<script>${await readFile(LIBRARY)}</script><script>${await readFile(ATTEMPT)}</script>`;
  return `<!doctype html><link rel="icon" href="data:,">${policy}${scripts}`;
}

function frame(source, allow) {
  return `<!doctype html><link rel="icon" href="data:,"><iframe src="${source}" allow="${allow}"></iframe>`;
}

async function selfSigned() {
  const folder = await mkdtemp(join(tmpdir(), 'nws-certificate-'));
  const [key, cert] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name));
  const request = ['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-subj', '/CN=test'];
  execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  const identity = { key: await readFile(key), cert: await readFile(cert) };
  await rm(folder, { recursive: true });
  return identity;
}
