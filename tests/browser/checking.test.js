// What comes out when files are dropped, chosen, pasted, cancelled?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { servePage } from './page_server.js';
import { choose, drop, openPage, texts, tile, verdict } from './browser.js';
import { bad, good, HEADER, row } from './orders.js';

test('a good file is said to be good', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  await drop(page, { name: 'orders.csv', text: good(3) });
  assert.equal(await verdict(page), 'The file is in order: all 3 rows can be imported.');
  assert.equal(await tile(page, 'Errors'), '0');
  assert.equal(await tile(page, 'Create or change'), '3');
});

test('a bad file is told by kind, with row, letter and header as the spreadsheet shows them', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  await drop(page, { name: 'orders.csv', text: bad() });
  assert.equal(await verdict(page), '3 of 10 rows will be rejected; the others can be imported.');
  assert.equal(await tile(page, 'Errors'), '3');
  const groups = page.locator('.groups .group');
  await groups.first().waitFor();
  assert.equal(await groups.count(), 3);
  const range = groups.filter({ hasText: 'is not between' });
  assert.match((await range.innerText()).replace(/\s+/g, ' '), /D ?quantity 1 4$/);

  await range.click();
  const found = page.locator('.findings-of-kind tbody tr');
  await found.filter({ hasText: 'is not between' }).first().click();
  const side = page.locator('.panel .side');
  await side.locator('.kicker', { hasText: 'Row 4 · Cell D4' }).waitFor();
  const cells = await texts(side.locator('.strip tbody td'));
  assert.deepEqual(cells.slice(0, 3), ['ABO-3', 'O_MZA1E7173120881551', '100003']);
  assert.match(await side.locator('.strip td.marked.error').innerText(), /^0/);
  assert.equal(await side.locator('.raw pre').textContent(), row(3, { quantity: '0' }));
});

test('filters by severity, column and text leave what fits', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  await choose(page, { name: 'orders.csv', text: bad() });
  await verdict(page);
  await page.getByLabel('One by one').check();
  const count = page.locator('.count');
  await count.filter({ hasText: '3 findings' }).waitFor();
  await page.getByLabel('Column', { exact: true }).selectOption({ label: 'D · quantity' });
  await count.filter({ hasText: '2 findings' }).waitFor();
  await page.getByLabel(/^Search/).fill('TWO');
  await count.filter({ hasText: '1 finding' }).waitFor();
  await page.getByLabel('Severity').selectOption('warning');
  await count.filter({ hasText: 'No finding matches' }).waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await count.filter({ hasText: '3 findings' }).waitFor();
});

test('several files are checked one after another, and each can be looked at', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  await drop(page, { name: 'one.csv', text: good(2) }, { name: 'two.csv', text: bad() }, { name: 'three.csv', text: '' });
  const states = page.locator('.file-state');
  await states.nth(2).filter({ hasText: /error|rejected/ }).waitFor();
  assert.deepEqual((await texts(states)).slice(0, 2), ['in order', '3 errors']);
  await page.getByRole('button', { name: /^two\.csv/ }).click();
  assert.match(await verdict(page), /^3 of 10 rows/);
  await page.getByRole('button', { name: 'Remove two.csv' }).click();
  await states.nth(2).waitFor({ state: 'detached' });
  assert.equal(await states.count(), 2);
});

test('rows copied from a spreadsheet are checked like a file', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  const rows = [HEADER, row(1), row(2, { paymentMethod: 'CASH' })].join('\n').replaceAll(',', '\t');
  await page.getByRole('button', { name: 'Paste rows' }).click();
  await page.getByLabel('Copied rows').fill(rows);
  await page.getByRole('button', { name: 'Check these rows' }).click();
  assert.match(await verdict(page), /^1 of 2 rows/);
  assert.match(await page.locator('.facts').innerText(), /CSV with tabs/);
});

test('a check that is cancelled ends at once and leaves the page usable', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  await dropHuge(page, 1_000_000, 0);
  await page.getByRole('button', { name: 'Cancel' }).first().click();
  await page.getByRole('heading', { name: 'The check was cancelled' }).waitFor();
  await choose(page, { name: 'orders.csv', text: good(1) });
  assert.equal(await verdict(page), 'The file is in order: its row can be imported.');
});

test('a million rows with a million findings are told and can be reached, first to last', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  await dropHuge(page, 1_000_000, 1);
  await page.locator('.verdict h2').waitFor({ timeout: 120_000 });
  assert.equal(await verdict(page), 'All 1,000,000 rows will be rejected.');
  await page.locator('.groups .group').first().click();
  const list = page.locator('.findings-of-kind');
  await list.locator('tbody tr').first().filter({ hasText: '2' }).waitFor();
  assert.equal(await list.getAttribute('aria-rowcount'), '1000001');
  await list.press('End');
  await list.locator('tr[aria-selected="true"]', { hasText: '1,000,001' }).waitFor();
  // Of a million rows only those in view exist.
  assert((await list.locator('tbody tr').count()) < 40);
});

/**
 * Makes a large file in the page and drops it: `wrong` of each row's quantities is 0.
 *
 * @param {import('playwright-core').Page} page
 * @param {number} rows
 * @param {0 | 1} wrong
 */
async function dropHuge(page, rows, wrong) {
  await page.locator('intake-check').evaluate(
    (element, { header, rows, wrong }) => {
      const parts = [`${header}\n`];
      for (let number = 1; number <= rows; number += 1) {
        parts.push(`ABO-${number},O_MZA1E7173120881551,100003,${1 - wrong},2026-01-01T00:00:00+01:00,BANK_ACCOUNT,\n`);
      }
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(parts, 'huge.csv'));
      element.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    },
    { header: HEADER, rows, wrong },
  );
}
