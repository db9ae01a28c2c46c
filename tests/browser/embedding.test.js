// Do two lines bring the checker into another page?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { servePage } from './page_server.js';
import { drop, openPage, verdict } from './browser.js';
import { good } from './orders.js';

/** What `intake profile show` writes. */
const PROFILE = {
  version: 1,
  partner: 'kiosk',
  delivery: 'delta',
  endMissing: false,
  filePolicy: 'rows',
  brake: { ends: { share: 0.2, count: 50 }, updates: null, rejects: null },
  offers: null,
  clearToken: 'LEER',
  limits: { fileBytes: 1e9, recordBytes: 1e6, fieldBytes: 65536, columns: 1000, jsonDepth: 64 },
};

/** A page of somebody else, with the checker in it. @param {object} profile */
function portal(profile) {
  return `<!doctype html><html lang="de"><title>Portal</title><link rel="icon" href="/icon.svg">
<script>
  globalThis.told = [];
  document.addEventListener('intake-verdict', (event) => told.push(event.detail));
</script>
<script type="module" src="/intake-check.js"></script>
<intake-check lang="de" profile='${JSON.stringify(profile)}'></intake-check>`;
}

test('a portal embeds the checker, sets language and profile, and hears of verdicts', async (t) => {
  const { address } = await servePage(t, { '/portal.html': portal(PROFILE) });
  const { page } = await openPage(t, `${address}portal.html`, { colorScheme: 'dark' });
  const cleared = good(2).replace(/,$/m, ',LEER');
  await drop(page, { name: 'orders.csv', text: cleared });
  assert.equal(await verdict(page), 'Die Datei ist in Ordnung: Alle 2 Zeilen können importiert werden.');
  const told = await page.evaluate(() => /** @type {any} */ (globalThis).told);
  assert.deepEqual(told.map((/** @type {any} */ { name, verdict }) => [name, verdict.rows, verdict.plan.partner]), [['orders.csv', 2, 'kiosk']]);
  // A portal that knows no dark colours gets none.
  const background = await page.locator('intake-check').evaluate((element) => getComputedStyle(element).backgroundColor);
  assert.equal(background, 'rgb(250, 249, 246)');
});

test('a profile that is none is refused where everybody sees it', async (t) => {
  const { address } = await servePage(t, { '/portal.html': portal({ ...PROFILE, delivery: 'weekly' }) });
  const { page } = await openPage(t, `${address}portal.html`);
  await page.getByRole('alert').filter({ hasText: 'delivery' }).waitFor();
  await drop(page, { name: 'orders.csv', text: good(1) });
  await verdict(page);
  await page.getByRole('alert').filter({ hasText: 'delivery' }).waitFor();
});
