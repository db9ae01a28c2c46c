// Does anything leave the machine while a file is checked?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { startDaemon } from './daemon.js';
import { servePage } from './page_server.js';
import { choose, downloaded, openPage, verdict } from './browser.js';
import { bad, good } from './orders.js';

test('nothing is requested from the moment the page can check', async (t) => {
  const { address, requests: seen } = await servePage(t);
  const { page, requests } = await openPage(t, address);
  const before = [requests.length, seen.length];
  await choose(page, { name: 'orders.csv', text: bad() });
  await verdict(page);
  await page.locator('.groups .group').first().click();
  await page.locator('.findings-of-kind tbody tr').first().click();
  await page.locator('.side .strip').waitFor();
  await page.getByRole('tab', { name: 'Plan' }).click();
  await page.getByRole('tab', { name: 'Download' }).click();
  await downloaded(page, () => page.getByRole('button', { name: /Full report/ }).click());
  const since = requests.slice(before[0]).filter((address) => !address.startsWith('blob:'));
  assert.deepEqual(since, []);
  assert.deepEqual(seen.slice(before[1]), []);
  await page.getByText('Requests made since loading: 0').waitFor();
});

test('the browser refuses the page and its worker any connection', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  const attempt = (/** @type {string} */ address) => fetch(address).then(() => 'sent', () => 'refused');
  // The refusal itself is complained of, as it should be.
  const refused = page.waitForEvent('console', (message) => message.text().includes('Content Security Policy'));
  page.removeAllListeners('console');
  assert.equal(await page.evaluate(attempt, address), 'refused');
  assert.equal(await page.workers()[0].evaluate(attempt, address), 'refused');
  await refused.catch(() => {});
});

test('a request that was made would be counted', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  await page.evaluate(() => {
    const image = new Image();
    image.src = 'icon.svg?again';
  });
  await page.getByText('Requests made since loading: 1').waitFor();
});

test('after the first load the page checks without a network', async (t) => {
  const { address } = await servePage(t);
  const { page, context } = await openPage(t, address, { serviceWorkers: true });
  await page.locator('html[data-offline]').waitFor();
  await context.setOffline(true);
  await page.reload();
  await page.locator('intake-check[data-ready]').waitFor();
  await choose(page, { name: 'orders.csv', text: good(2) });
  assert.equal(await verdict(page), 'The file is in order: all 2 rows can be imported.');
});

test('what a daemon served is there without it, under the same policy, and offers no upload', async (t) => {
  const { address } = await startDaemon(t);
  const { page, context } = await openPage(t, address, { serviceWorkers: true });
  await page.locator('html[data-offline]').waitFor();
  await context.setOffline(true);
  await page.reload();
  await page.locator('intake-check[data-ready]').waitFor();
  await choose(page, { name: 'orders.csv', text: good(2) });
  assert.equal(await verdict(page), 'The file is in order: all 2 rows can be imported.');
  assert.equal(await page.getByRole('tab', { name: 'Upload' }).count(), 0);
});
