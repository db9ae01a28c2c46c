// Does a corrections file go round: downloaded, mended, dropped again?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { servePage } from './page_server.js';
import { downloaded, drop, openPage, verdict } from './browser.js';
import { bad } from './orders.js';

test('the corrections of a bad file come out clean when they have been mended', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  await drop(page, { name: 'orders.csv', text: bad() });
  await verdict(page);
  await page.getByRole('tab', { name: 'Download' }).click();
  const { name, text } = await downloaded(page, () => page.getByRole('button', { name: /: Corrections file$/ }).click());
  assert.equal(name, 'orders.corrections.csv');
  // A header and the three wrong rows, each with its reasons.
  assert.equal(text.trim().split('\n').length, 4);

  await drop(page, { name, text });
  await page.locator('.file-name', { hasText: name }).waitFor();
  assert.equal(await verdict(page), 'All 3 rows will be rejected.');

  const mended = text
    .replace(',100003,0,', ',100003,1,')
    .replace(',100003,two,', ',100003,2,')
    .replace(',tomorrow,', ',2026-01-01T00:00:00+01:00,');
  await drop(page, { name: 'mended.csv', text: mended });
  await page.locator('.file[aria-current]', { hasText: 'mended.csv' }).waitFor();
  await page.locator('.verdict.good').waitFor();
  assert.equal(await verdict(page), 'The file is in order: all 3 rows can be imported.');
});

test('the template comes out clean', async (t) => {
  const { address } = await servePage(t);
  for (const locale of ['de-DE', 'en-GB']) {
    const { page } = await openPage(t, address, { locale });
    for (const format of ['CSV', 'NDJSON']) {
      await page.goto(address);
      await page.locator('intake-check[data-ready]').waitFor();
      const { name, text } = await downloaded(page, () => page.getByRole('button', { name: `(${format})` }).click());
      await drop(page, { name, text });
      await page.locator('.verdict.good').waitFor();
    }
  }
});

test('the report to print is a page of its own that runs nothing', async (t) => {
  const { address } = await servePage(t);
  const { page, context } = await openPage(t, address);
  const wrong = bad().replace(',two,', ',<b onclick=1>,');
  await drop(page, { name: 'orders.csv', text: wrong });
  await verdict(page);
  await page.getByRole('tab', { name: 'Download' }).click();
  const { name, text } = await downloaded(page, () => page.getByRole('button', { name: /: Report to print$/ }).click());
  assert.equal(name, 'orders.report.html');
  const printed = await context.newPage();
  await printed.setContent(text);
  await printed.getByText('3 of 10 rows will be rejected; the others can be imported.').waitFor();
  await printed.getByRole('cell', { name: '<b onclick=1>' }).waitFor();
  assert.equal(await printed.locator('script, [onclick]').count(), 0);
});
