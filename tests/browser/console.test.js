// Can an operator see how everything stands, and do what there is to do, on the page alone?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { downloaded, openAddress, texts } from './browser.js';
import { goTo, openConsole } from './console.js';
import { OFFER, makeBooks, startDaemon } from './daemon.js';
import { file, good, row } from './orders.js';

/** A brake that any two ends pull. */
const BRAKE = `[partners.kiosk.brake]\nends_share = "off"\nends_count = 1`;

/** Ends of orders. @param {number[]} numbers */
function ending(numbers) {
  return file(numbers.map((number) => row(number, { endDate: '2026-02-01T00:00:00+01:00' })));
}

test('a wrong token and a partner’s are told plainly, and nothing stands in the address', async (t) => {
  const books = await makeBooks(t);
  const { address } = await startDaemon(t, books);
  const { page, requests } = await openAddress(t, `${address}console/`, { mayComplain: /401/ });
  for (const [token, said] of [
    ['nonsense', /not valid/],
    [books.token, /a partner’s/],
  ]) {
    await page.locator('#token').fill(/** @type {string} */ (token));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: /** @type {RegExp} */ (said) }).waitFor();
  }
  await page.locator('#token').fill(books.operator);
  await page.keyboard.press('Enter');
  await page.getByText('Signed in with anna').waitFor();
  await page.getByRole('heading', { name: 'All is well. Nothing needs you.' }).waitFor();
  assert(requests.every((request) => !request.includes('intake-')), 'a token in an address');

  // A reload keeps who is signed in, signing out forgets it.
  await page.reload();
  await page.getByText('Signed in with anna').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.locator('#token').waitFor();
  await page.reload();
  await page.locator('#token').waitFor();
});

test('a held plan is looked at, released and seen to be applied', async (t) => {
  const books = await makeBooks(t, { ofPartner: BRAKE });
  await books.imports(good(6));
  const { address } = await startDaemon(t, books);
  const { page } = await openConsole(t, address, books.operator);
  await page.getByRole('heading', { name: 'All is well. Nothing needs you.' }).waitFor();

  // It comes while somebody looks.
  await books.drops('stop.csv', ending([1, 2, 3]));
  await page.getByRole('heading', { name: '1 thing needs you.' }).waitFor();
  await page.getByRole('link', { name: /^Held/ }).click();
  await page.getByText('3 of 6 running orders would end.').waitFor();
  await page.getByRole('link', { name: 'Look at the plan' }).click();
  await page.getByText('Worked out anew from the bytes that wait').waitFor();
  assert.deepEqual(await texts(page.locator('.plan-rows-shown .key')), ['ABO-1', 'ABO-2', 'ABO-3']);

  await page.getByRole('button', { name: 'Release … stop.csv' }).click();
  const question = page.getByRole('dialog', { name: 'Apply this plan?' });
  await question.getByText('3 subscriptions end').waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Release … stop.csv' }).click();
  await question.getByRole('button', { name: 'Release and apply' }).click();
  await page.locator('.badge', { hasText: /^applied$/ }).waitFor();
  await page.locator('.life b', { hasText: 'archived' }).waitFor();
  const { text } = await downloaded(page, () => page.getByRole('button', { name: 'Download Receipt (JSON)' }).click());
  assert.equal(JSON.parse(text).counts.end, 3);

  await page.getByRole('searchbox', { name: 'Find an order' }).fill('ABO-2');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Order ABO-2' }).waitFor();
  await page.getByText('has ended (INACTIVE)').waitFor();
  assert.deepEqual(await texts(page.locator('.entry .badge')), ['Ended', 'Created']);
});

test('a held plan is discarded, and who only reads can do neither', async (t) => {
  const books = await makeBooks(t, { ofPartner: BRAKE });
  await books.imports(good(4));
  const { address } = await startDaemon(t, books);
  await books.drops('stop.csv', ending([1, 2]));
  const reading = await openConsole(t, address, books.reader);
  await goTo(reading.page, '/held');
  await reading.page.getByText('2 subscriptions end').waitFor();
  assert.equal(await reading.page.getByRole('button', { name: /Release|Discard/ }).count(), 0);

  const { page } = await openConsole(t, address, books.operator, { locale: 'de-DE' });
  await goTo(page, '/held');
  await page.getByRole('button', { name: 'Verwerfen … stop.csv' }).click();
  const question = page.getByRole('dialog', { name: 'Diesen Plan verwerfen?' });
  await question.getByText('keine von 2 Zeilen').waitFor();
  await question.getByRole('button', { name: 'Verwerfen' }).click();
  await page.getByText('Kein Plan ist angehalten.').waitFor();
  await goTo(page, '/files');
  await page.locator('.rows .badge', { hasText: 'verworfen' }).waitFor();
});

test('the log is filtered, and its filters can be kept', async (t) => {
  const books = await makeBooks(t);
  await books.imports(file([row(1), row(2, { quantity: '0' }), row(3), row(4, { startDate: 'tomorrow' })]));
  const { address } = await startDaemon(t, books);
  const { page } = await openConsole(t, address, books.operator);
  await page.getByRole('link', { name: 'Log', exact: true }).click();
  await page.locator('.entry').nth(3).waitFor();
  await page.getByLabel('Outcome').selectOption('rejected only');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.waitForFunction(() => location.hash.includes('success=false'));
  await page.locator('.entry').nth(2).waitFor({ state: 'detached' });
  assert.deepEqual(await texts(page.locator('.entry .key')), ['ABO-4', 'ABO-2']);
  await page.getByLabel('External system id').first().fill('ABO-2');
  await page.keyboard.press('Enter');
  await page.locator('.entry').nth(1).waitFor({ state: 'detached' });
  await page.reload();
  assert.deepEqual(await texts(page.locator('.entry .key')), ['ABO-2']);
  assert.equal(await page.getByLabel('Outcome').inputValue(), 'false');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.locator('.entry').nth(3).waitFor();
});

test('an offer is made and changed, and what will not do is said beside its field', async (t) => {
  const books = await makeBooks(t);
  const { address } = await startDaemon(t, books);
  const { page } = await openConsole(t, address, books.operator, { mayComplain: /400/ });
  await page.getByRole('link', { name: 'Catalog' }).click();
  await page.getByRole('link', { name: 'Make an offer' }).click();
  await page.getByLabel('Internal title').fill('Weekly');
  await page.getByLabel('Offer id').fill('O_TOO_SHORT');
  await page.getByLabel(/Managed externally by a WBZ/).check();
  await page.getByLabel('Access rights').fill('weekly\narchive');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByText('1 entry will not do.').waitFor();
  assert.equal(await page.getByLabel('Offer id').getAttribute('aria-invalid'), 'true');
  await page.getByLabel('Offer id').fill('O_WBZ1E7173120881552');
  await page.getByRole('button', { name: 'Make it' }).click();
  const made = page.getByRole('row', { name: /Weekly/ });
  await made.getByText('WBZ', { exact: true }).waitFor();

  await made.getByRole('link', { name: 'Weekly' }).click();
  await page.getByLabel('BILLING').check();
  await page.getByRole('button', { name: 'Save' }).click();
  await made.getByText('BILLING').waitFor();
  const { stdout } = await books.intake('offer', 'list', '--format', 'json');
  const offer = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line)).find((one) => one.managedBy === 'WBZ');
  assert.deepEqual([offer.accessRightIds, offer.allowedPaymentMethods], [['weekly', 'archive'], ['BILLING']]);
});

test('what the platform refuses is sent again once it can be, or let go', async (t) => {
  // The platform is another daemon that does not know the offer yet.
  const platform = await makeBooks(t, { offers: false });
  const there = await startDaemon(t, platform);
  const tokenFile = join(platform.folder, 'token');
  await writeFile(tokenFile, `${platform.token}\n`, { mode: 0o600 });
  const sections = `[upstream]\nmode = "mirror"\nurl = "${there.address}api/v3.0"\ntoken_file = "${tokenFile}"\npause = "50ms"`;
  const books = await makeBooks(t, { sections });
  const { address } = await startDaemon(t, books);
  const { page } = await openConsole(t, address, books.operator);
  await books.drops('orders.csv', good(2));
  await page.getByRole('heading', { name: '1 thing needs you.' }).waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: /^To the platform/ }).click();
  await page.locator('.rows code', { hasText: '60404' }).nth(1).waitFor({ timeout: 60_000 });

  await page.getByRole('button', { name: 'Let go: ABO-1' }).click();
  await page.getByRole('dialog', { name: 'Let this change go?' }).getByRole('button', { name: 'Let go' }).click();
  await page.getByRole('link', { name: 'ABO-1' }).waitFor({ state: 'detached' });
  await platform.intake('offer', 'add', ...OFFER);
  await page.getByRole('button', { name: 'Send again: ABO-2' }).click();
  await page.getByText('Nothing is refused.').waitFor({ timeout: 60_000 });
  await page.getByRole('searchbox', { name: 'Find an order' }).fill('ABO-2');
  await page.keyboard.press('Enter');
  await page.getByText('At the platform: known there').waitFor();
});
