// Are files mended in the page: certain fixes at a click, proposals one by one, cells by hand, headers by a mapping?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { servePage } from './page_server.js';
import { downloaded, drop, openPage, verdict } from './browser.js';
import { HEADER, row } from './orders.js';

const WRONG = [
  HEADER,
  row(1, { startDate: '21.03.2019', paymentMethod: 'Lastschrift' }),
  row(2, { quantity: '1.000' }),
  row(3, { paymentMethod: 'PAYPALL' }),
  row(4, { quantity: 'drei' }),
  '',
].join('\n');

test('certain fixes, a proposal and a cell by hand make a file that is in order', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  await drop(page, { name: 'orders.csv', text: WRONG });
  assert.equal(await verdict(page), '3 of 4 rows will be rejected; the others can be imported.');
  const save = page.getByRole('button', { name: 'Save and check the mended file' });
  assert(await save.isDisabled(), 'nothing is chosen yet');
  await page.getByLabel('Take all 2 fixes that are certain').check();

  await page.getByLabel('One by one').check();
  const pick = async (/** @type {string} */ value) => {
    await page.locator('.findings-all tbody tr[aria-rowindex]', { hasText: value }).first().click();
    await page.locator('.side .edit').waitFor();
    await page.locator('.side .place', { hasText: value }).waitFor();
  };
  await pick('PAYPALL');
  assert.deepEqual(await page.locator('.side .fix .value').allInnerTexts(), ['PAYPALL', 'PAYPAL']);
  await page.getByRole('button', { name: 'Confirm the proposal' }).click();
  await page.getByRole('button', { name: 'Take the confirmation back' }).waitFor();

  await pick('1.000');
  await page.getByRole('button', { name: 'Confirm the proposal' }).click();
  await page.getByText('2 cells changed or confirmed by hand').waitFor();

  // What is still wrong is said at once, and so is what is right.
  await pick('drei');
  await page.getByLabel('New value').fill('0');
  await page.getByRole('button', { name: 'Check the row and keep the value' }).click();
  await page.locator('.side .told', { hasText: 'quantity is not between 1 and 10000.' }).waitFor();
  await page.getByLabel('New value').fill('2');
  await page.keyboard.press('Enter');
  await page.getByText('By itself the row is in order like this.').waitFor();

  const { name, text } = await downloaded(page, () => save.click());
  assert.equal(name, 'orders.fixed.csv');
  const mended = [
    HEADER,
    row(1, { startDate: '2019-03-21T00:00:00+01:00' }),
    row(2),
    row(3, { paymentMethod: 'PAYPAL' }),
    row(4, { quantity: '2' }),
    '',
  ].join('\n');
  assert.equal(text, mended);
  // The mended file has been checked at once.
  await page.locator('.file[aria-current]', { hasText: 'orders.fixed.csv' }).waitFor();
  await page.locator('.verdict.good').waitFor();
  assert.equal(await verdict(page), 'The file is in order: all 4 rows can be imported.');
});

test('fixes are taken by kind', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address, { locale: 'de-DE' });
  await drop(page, { name: 'auftraege.csv', text: WRONG });
  await verdict(page);
  await page.locator('.groups .opener', { hasText: 'startDate wurde gelesen als' }).click();
  await page.locator('.panel-row:not([hidden])').getByLabel('Diese sichere Berichtigung übernehmen').check();
  const save = page.getByRole('button', { name: 'Berichtigte Datei speichern und prüfen' });
  const { text } = await downloaded(page, () => save.click());
  assert.equal(text, WRONG.replace('21.03.2019', '2019-03-21T00:00:00+01:00'));
});

test('an unknown header is given its meaning, and the profile keeps it', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  const text = [`${HEADER.replace('startDate', 'Startdtum')},Bemerkung`, `${row(1)},x`, ''].join('\n');
  await drop(page, { name: 'orders.csv', text });
  await page.locator('.verdict.error, .verdict h2').first().waitFor();
  await page.getByLabel('Startdtum').waitFor();
  assert.equal(await page.getByLabel('Startdtum').inputValue(), 'startDate');
  await page.getByLabel('Bemerkung').selectOption('ignore');
  await page.getByRole('button', { name: 'Take this and check again' }).click();
  await page.locator('.verdict.good').waitFor();
  await page.locator('.mapping summary').click();
  const profile = await downloaded(page, () => page.getByRole('button', { name: 'Save the profile with this' }).click());
  assert.equal(profile.name, 'profile.json');
  assert.deepEqual(JSON.parse(profile.text).mapping, { Bemerkung: 'ignore', Startdtum: 'startDate' });
  await page.getByRole('button', { name: 'Undo this' }).click();
  await page.getByLabel('Startdtum').waitFor();
});
