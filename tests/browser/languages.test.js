// Does the page speak the reader's language, and remember a choice?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { servePage } from './page_server.js';
import { choose, openPage, verdict } from './browser.js';
import { bad } from './orders.js';

test('the browser says which language, the reader may choose another, and the choice is kept', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address, { locale: 'de-AT' });
  assert.equal(await page.locator('html').getAttribute('lang'), 'de');
  await choose(page, { name: 'orders.csv', text: bad() });
  assert.equal(await verdict(page), '3 von 10 Zeilen werden abgelehnt; die anderen können importiert werden.');
  await page.locator('.groups .what', { hasText: 'quantity liegt nicht zwischen 1 und 10000' }).or(page.locator('.groups .what', { hasText: 'quantity ist' })).first().waitFor();

  // What has been found stays when the language changes.
  await page.getByRole('button', { name: 'English' }).click();
  assert.equal(await verdict(page), '3 of 10 rows will be rejected; the others can be imported.');
  await page.reload();
  await page.getByRole('heading', { name: 'Check files before they are imported' }).waitFor();
});

test('who speaks neither language reads English', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address, { locale: 'fr-FR' });
  await page.getByRole('heading', { name: 'Check files before they are imported' }).waitFor();
});
