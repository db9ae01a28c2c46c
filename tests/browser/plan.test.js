// What would an import change? With a snapshot exactly, field by field; without one the page says what it cannot know.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { makeBooks, startDaemon } from './daemon.js';
import { servePage } from './page_server.js';
import { choose, drop, openPage, texts, tile, verdict } from './browser.js';
import { file, good, row } from './orders.js';

const PAST = '2026-03-01T00:00:00+01:00';
const FUTURE = '2099-01-01T00:00:00+01:00';

test('against a snapshot ends, reactivations, payments and updates are told field by field', async (t) => {
  const books = await makeBooks(t);
  await books.imports(file([1, 2, 3, 4, 5].map((number) => row(number, number === 2 ? { endDate: PAST } : {}))));
  const snapshot = await books.snapshot();
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);

  await page.locator('.settings summary').click();
  await page.locator('input[accept=".intake-snapshot"]').setInputFiles(snapshot);
  await page.getByText(/^Loaded: kiosk, .*, 5 orders$/).waitFor();
  const changed = file([
    row(1, { endDate: FUTURE }),
    row(2, { endDate: FUTURE }),
    row(3, { paymentMethod: 'PAYPAL' }),
    row(4, { quantity: '3' }),
    row(5),
    row(6),
  ]);
  await drop(page, { name: 'orders.csv', text: changed });
  await verdict(page);
  for (const name of ['End', 'Reactivate', 'Change payment', 'Update', 'Unchanged', 'Create']) {
    assert.equal(await tile(page, name), '1', name);
  }

  await page.getByRole('tab', { name: 'Plan' }).click();
  await page.getByText(/^Planned exactly against the snapshot: kiosk/).waitFor();
  // What ends comes first, what runs again next, in a colour of its own.
  const chips = await texts(page.locator('.chip'));
  assert.deepEqual(chips.slice(0, 2).map((chip) => chip.replace(/\s+/g, ' ').trim()), ['End 1', 'Reactivate 1']);
  await page.locator('.chip.reactivate input').check();
  await page.locator('.plan-rows tr.reactivates').click();
  const cells = await texts(page.locator('.side .changes tbody tr').first().locator('th, td'));
  assert.equal(cells[0], 'endDate');
  assert.match(cells[1], /^2026-0[23]-/);
  assert.match(cells[2], /^209[89]-/);

  await page.locator('.chip.update input').check();
  await page.locator('.plan-rows tr', { hasText: 'ABO-4' }).click();
  const quantity = page.locator('.side .changes tr', { hasText: 'quantity' }).locator('th, td');
  assert.deepEqual(await texts(quantity), ['quantity', '1', '3']);
});

test('without a snapshot the plan says what cannot be known, and takes one where it says so', async (t) => {
  const books = await makeBooks(t);
  await books.imports(good(2));
  const snapshot = await books.snapshot();
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  await choose(page, { name: 'orders.csv', text: good(2) });
  assert.equal(await tile(page, 'Create or change'), '2');
  await page.getByRole('tab', { name: 'Plan' }).click();
  await page.getByRole('heading', { name: 'What this page cannot know' }).waitFor();
  await page.locator('.settings summary').click();
  await page.locator('input[accept=".intake-snapshot"]').setInputFiles(snapshot);
  // The file is planned again, and the reader stays with the plan.
  await page.getByText(/^Planned exactly against the snapshot: kiosk/).waitFor();
  assert.equal(await tile(page, 'Unchanged'), '2');
});

test('what is no snapshot, or no profile, is refused and changes nothing', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  await page.locator('.settings summary').click();
  const wrong = { name: 'x.intake-snapshot', mimeType: 'application/octet-stream', buffer: Buffer.from('no snapshot') };
  await page.locator('input[accept=".intake-snapshot"]').setInputFiles(wrong);
  const refusal = page.locator('.settings .trouble');
  await refusal.filter({ hasText: 'This cannot be used' }).waitFor();
  const profile = { name: 'p.json', mimeType: 'application/json', buffer: Buffer.from('{"version":1,"partner":"kiosk","speed":"high"}') };
  await page.locator('input[accept*="json,application"]').last().setInputFiles(profile);
  await refusal.filter({ hasText: 'speed' }).waitFor();
  await choose(page, { name: 'orders.csv', text: good(1) });
  assert.equal(await verdict(page), 'The file is in order: its row can be imported.');
});

test('a daemon gives snapshot and profile as downloads for a token', async (t) => {
  const books = await makeBooks(t);
  await books.imports(good(3));
  const { address, token } = await startDaemon(t, books);
  const { page } = await openPage(t, address);
  await page.locator('.settings summary').click();
  await page.getByLabel('Access token').fill(token);
  for (const [button, field] of [
    ['Download the snapshot', 'input[accept=".intake-snapshot"]'],
    ['Download the profile', '.pair input[accept*="json"]'],
  ]) {
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: button }).click();
    const path = await (await coming).path();
    await page.locator(field).setInputFiles(path);
    await page.getByText(/^Loaded: kiosk/).first().waitFor();
    await page.getByLabel('Access token').fill(token);
  }
  await choose(page, { name: 'orders.csv', text: good(4) });
  await verdict(page);
  assert.equal(await tile(page, 'Unchanged'), '3');
  assert.equal(await tile(page, 'Create'), '1');
});
