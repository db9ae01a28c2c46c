// Does a checked file reach the daemon, only when it is sent, and does its receipt appear?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { startDaemon } from './daemon.js';
import { servePage } from './page_server.js';
import { choose, openPage, verdict } from './browser.js';
import { bad, good } from './orders.js';

test('a file with wrong rows is sent only knowingly, and the receipt tells of it', async (t) => {
  const { address, token } = await startDaemon(t);
  const { page, requests } = await openPage(t, address);
  const before = requests.length;
  await choose(page, { name: 'orders.csv', text: bad() });
  assert.match(await verdict(page), /^3 of 10 rows/);
  await page.getByRole('tab', { name: 'Upload' }).click();
  await page.getByLabel('Access token').fill(token);
  const send = page.getByRole('button', { name: 'Send the file' });

  // Wrong rows must be agreed to first.
  await send.click();
  assert.equal(page.context().pages().length, 1);
  assert.deepEqual(requests.slice(before), []);

  await page.getByLabel(/^Send it although 3 rows/).check();
  const receipt = await sent(page, () => send.click());
  await receipt.getByText('The file was applied, but 3 of 10 rows were rejected.').waitFor();
  assert.match(receipt.url(), /\/receipt\//);
  // What was found is still there beside the receipt.
  assert.match(await verdict(page), /^3 of 10 rows/);
});

test('the plan goes along, and nothing is said where it came out as planned', async (t) => {
  const { address, token } = await startDaemon(t);
  const { page } = await openPage(t, address, { locale: 'de-DE' });
  await choose(page, { name: 'orders.csv', text: good(4) });
  await verdict(page);
  await page.getByRole('tab', { name: 'Hochladen' }).click();
  await page.getByLabel('Zugangsschlüssel').fill(token);
  await page.getByLabel(/^Den Plan mitsenden/).check();
  const receipt = await sent(page, () => page.getByRole('button', { name: 'Datei senden' }).click());
  await receipt.getByText('Die Datei wurde übernommen; keine Zeile wurde abgelehnt.').waitFor();
});

test('a wrong token is refused, and the file is not taken', async (t) => {
  const { address } = await startDaemon(t);
  const { page } = await openPage(t, address);
  await choose(page, { name: 'orders.csv', text: good(1) });
  await verdict(page);
  await page.getByRole('tab', { name: 'Upload' }).click();
  await page.getByLabel('Access token').fill('wrong');
  const answer = await sent(page, () => page.getByRole('button', { name: 'Send the file' }).click());
  assert.doesNotMatch(answer.url(), /\/receipt\//);
  assert.match(await answer.locator('body').innerText(), /token/i);
});

test('without a daemon nothing is offered to be sent', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  await choose(page, { name: 'orders.csv', text: good(1) });
  await verdict(page);
  assert.equal(await page.getByRole('tab', { name: 'Upload' }).count(), 0);
  assert.equal(await page.locator('intake-check form[action]').count(), 0);
});

/**
 * Sends the form and gives the page that opens.
 *
 * @param {import('playwright-core').Page} page
 * @param {() => Promise<void>} send
 */
async function sent(page, send) {
  const opening = page.context().waitForEvent('page');
  await send();
  const opened = await opening;
  await opened.waitForLoadState();
  return opened;
}
