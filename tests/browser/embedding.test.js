// Do two lines bring the checker into another page?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { servePage } from './page_server.js';
import { drop, openPage, verdict } from './browser.js';
import { good } from './orders.js';

const PORTAL = `<!doctype html><html lang="de"><title>Portal</title><link rel="icon" href="/icon.svg">
<script type="module" src="/intake-check.js"></script>
<intake-check lang="de" profile='{"version":1,"partner":"kiosk","clearToken":"LEER"}'></intake-check>
<script>
  globalThis.told = [];
  document.addEventListener('intake-verdict', (event) => told.push(event.detail));
</script>`;

test('a portal embeds the checker, sets language and profile, and hears of verdicts', async (t) => {
  const { address } = await servePage(t, { '/portal.html': PORTAL });
  const { page } = await openPage(t, `${address}portal.html`, { colorScheme: 'dark' });
  await drop(page, { name: 'orders.csv', text: good(2) });
  assert.equal(await verdict(page), 'Die Datei ist in Ordnung: Alle 2 Zeilen können importiert werden.');
  const told = await page.evaluate(() => /** @type {any} */ (globalThis).told);
  assert.deepEqual(told.map((/** @type {any} */ { name, verdict }) => [name, verdict.rows]), [['orders.csv', 2]]);
  // A portal that knows no dark colours gets none.
  const background = await page.locator('intake-check').evaluate((element) => getComputedStyle(element).backgroundColor);
  assert.equal(background, 'rgb(250, 249, 246)');
});
