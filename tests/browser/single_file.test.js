// Does the single file work from disk, without a server?

import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { PAGE } from './page_server.js';
import { choose, downloaded, drop, openPage, verdict } from './browser.js';
import { bad, good } from './orders.js';

const FILE = pathToFileURL(join(PAGE, 'intake-check.html')).href;

test('the single file checks, tells, and gives corrections, from disk', async (t) => {
  const { page, requests } = await openPage(t, FILE);
  const before = requests.length;
  await choose(page, { name: 'orders.csv', text: bad() });
  assert.match(await verdict(page), /^3 of 10 rows/);
  await page.locator('.groups .group').first().click();
  await page.locator('.findings-of-kind tbody tr').first().click();
  await page.locator('.side .strip').waitFor();
  await page.getByRole('tab', { name: 'Download' }).click();
  const { text } = await downloaded(page, () => page.getByRole('button', { name: /: Corrections file$/ }).click());
  assert.equal(text.trim().split('\n').length, 4);
  await page.getByRole('button', { name: 'Deutsch' }).click();
  assert.match(await verdict(page), /^3 von 10 Zeilen/);
  await drop(page, { name: 'good.csv', text: good(2) });
  await page.locator('.verdict.good').waitFor();
  assert.deepEqual(requests.slice(before).filter((address) => !address.startsWith('blob:')), []);
  await page.getByText('Anfragen ins Netz seit dem Laden: 0').waitFor();
});
