// Does the page that explains the platform's calls show all of them, to everybody, and can a call be tried on it?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clean } from './axe.js';
import { openAddress } from './browser.js';
import { startDaemon } from './daemon.js';

const CALLS = 'api/v3.0/';

/** @type {[string, import('./browser.js').Wishes][]} */
const DRESSES = [
  ['large, light, English', { width: 1440, colorScheme: 'light', locale: 'en-GB' }],
  ['small, dark, German', { width: 390, colorScheme: 'dark', locale: 'de-DE' }],
  ['small, light, English', { width: 390, colorScheme: 'light', locale: 'en-GB' }],
];

for (const [dress, wishes] of DRESSES) {
  test(`every call is there, whole and readable: ${dress}`, async (t) => {
    const { address } = await startDaemon(t);
    const { page, requests } = await openAddress(t, address + CALLS, wishes);
    await page.locator('#calls:not([aria-busy])').waitFor();
    const { paths } = await (await page.request.get(`${address}${CALLS}openapi.json`)).json();
    const described = Object.values(paths).flatMap((methods) => Object.keys(/** @type {object} */ (methods)));
    assert.equal(await page.locator('#calls details').count(), described.length);
    await clean(page, 'closed');
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    await clean(page, 'every call open');
    const { width, torn } = await page.evaluate(() => {
      // A word that stands in two lines has two boxes.
      const words = [...document.querySelectorAll('#calls summary code, #calls th code')].flatMap((code) => {
        const texts = [...code.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
        return texts.map((text) => {
          const range = document.createRange();
          range.selectNodeContents(text);
          return { text: text.textContent, boxes: range.getClientRects().length };
        });
      });
      return { width: document.documentElement.scrollWidth, torn: words.filter(({ boxes }) => boxes > 1) };
    });
    assert.deepEqual(torn, [], 'names that stand in two lines');
    assert.ok(width <= (wishes.width ?? 0), `the page is ${width} wide`);
    assert.deepEqual(requests.filter((url) => !url.startsWith(address) && !url.startsWith('data:')), []);
  });
}

test('a call that reads is tried with the token that was typed in', async (t) => {
  const { address, token } = await startDaemon(t);
  const { page } = await openAddress(t, `${address}${CALLS}#listOffers`);
  const call = page.locator('#calls details', { hasText: '/products/offers' }).filter({ has: page.locator('.method.get') }).first();
  await page.locator('#calls:not([aria-busy])').waitFor();
  if (!(await call.evaluate((details) => /** @type {HTMLDetailsElement} */ (details).open))) await call.locator('summary').click();
  await page.getByLabel(/^Token/).fill(token ?? '');
  await call.getByRole('button', { name: 'Try it' }).click();
  await call.locator('.shown figcaption', { hasText: /^200/ }).waitFor();
  assert.match(await call.locator('.shown').innerText(), /O_MZA1E7173120881551/);
  await clean(page, 'an answer');
});
