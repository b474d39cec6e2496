/** The chat demo as a person uses it. */

import assert from 'node:assert/strict';

import { tab } from './world.mjs';

/** Opens the page in a tab of one's own and joins a channel. */
export async function enter(browser, address, name, channel, options = {}) {
  const page = await tab(browser, options);
  await page.goto(address);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Channel name').fill(channel);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('status').filter({ hasText: 'Connected' }).waitFor();
  return page;
}

export const people = (page) => page.getByRole('list', { name: 'People' }).getByRole('listitem');
export const said = (page, text) => page.getByRole('log').getByRole('listitem').filter({ hasText: text });

export async function say(page, text) {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
}

export async function end(...pages) {
  for (const page of pages) {
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
}
