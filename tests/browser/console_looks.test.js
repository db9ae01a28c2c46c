// Is the operator's page there for everybody: by keyboard alone, small and large, light and dark, in both languages?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { clean } from './axe.js';
import { openPage } from './browser.js';
import { goTo, openConsole } from './console.js';
import { makeBooks, startDaemon } from './daemon.js';
import { file, row } from './orders.js';

const BRAKE = `expect_every = "1m"\n[partners.kiosk.brake]\nends_share = "off"\nends_count = 1`;

/** Each view, and what is there once it is drawn. @type {[string, string][]} */
const VIEWS = [
  ['/overview', '.rows tbody tr'],
  ['/files', '.rows tbody tr'],
  ['/files/000001', '.papers li'],
  ['/files/000002', '.plan-rows-shown .entry'],
  ['/held', '.held-card'],
  ['/log', '.entry'],
  ['/log?success=false', '.entry'],
  ['/order/ABO-1', '.entry'],
  ['/order/NOBODY', '.held'],
  ['/outbox', '.figures'],
  ['/offers', '.rows tbody tr'],
  ['/offers/new', '.offer-form'],
];

/** Books with a file that is applied in part and one that is held. @param {import('node:test').TestContext} t */
async function lively(t) {
  const books = await makeBooks(t, { ofPartner: BRAKE });
  await books.imports(file([row(1), row(2), row(3), row(4, { quantity: '0' })]));
  const daemon = await startDaemon(t, books);
  await books.drops('stop.csv', file([1, 2].map((number) => row(number, { endDate: '2026-02-01T00:00:00+01:00' }))));
  return { ...books, ...daemon };
}

/** @type {[string, import('./browser.js').Wishes][]} */
const DRESSES = [
  ['large, light, English', { width: 1440, colorScheme: 'light', locale: 'en-GB' }],
  ['small, dark, German', { width: 390, colorScheme: 'dark', locale: 'de-DE' }],
  ['large, dark, German', { width: 1440, colorScheme: 'dark', locale: 'de-DE' }],
  ['small, light, English', { width: 390, colorScheme: 'light', locale: 'en-GB' }],
];

test('axe finds nothing in any view, and nothing is wider than the window', async (t) => {
  const { address, operator } = await lively(t);
  for (const [dress, wishes] of DRESSES) {
    const { page } = await openConsole(t, address, operator, wishes);
    // Moving parts would be looked at half-way.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    for (const [path, sign] of VIEWS) {
      await goTo(page, path);
      await page.locator(`.stage ${sign}`).first().waitFor();
      await clean(page, `${dress}: ${path}`);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert(wider <= 0, `${dress}: ${path} is ${wider} pixels wider than the window`);
    }
    await goTo(page, '/held');
    await page.getByRole('button', { name: /^(Release|Freigeben) … stop.csv$/ }).click();
    await page.locator('dialog[open]').waitFor();
    await clean(page, `${dress}: the question`);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^(Sign out|Abmelden)$/ }).click();
    await page.locator('#token').waitFor();
    await clean(page, `${dress}: signing in`);
  }
});

test('a held plan is discarded by keyboard alone, and the focus is never lost', async (t) => {
  const { address, operator } = await lively(t);
  const { page } = await openConsole(t, address, operator);
  await tabTo(page, 'Held 1');
  await page.keyboard.press('Enter');
  await page.getByText('2 subscriptions end').waitFor();
  assert.equal(await focused(page), 'Plans that are held');
  await tabTo(page, 'Discard … stop.csv');
  await page.keyboard.press('Enter');
  // The question begins on the way out.
  await page.locator('dialog[open]').waitFor();
  assert.equal(await focused(page), 'Cancel');
  await page.keyboard.press('Escape');
  assert.equal(await focused(page), 'Discard … stop.csv');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Discard');
  await page.keyboard.press('Enter');
  await page.getByText('No plan is held.').waitFor();
  assert.equal(await focused(page), 'Plans that are held');
});

test('the language changes where the reader is', async (t) => {
  const { address, operator } = await lively(t);
  const { page } = await openConsole(t, address, operator);
  await goTo(page, '/files/000002');
  await page.locator('.held', { hasText: '2 of 3 running orders would end.' }).first().waitFor();
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await page.locator('.held', { hasText: '2 von 3 laufenden Aufträgen würden enden.' }).first().waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
  assert.match(page.url(), /000002$/);
});

test('the page says when the daemon is gone, and goes on when it is back', async (t) => {
  const { address, operator } = await lively(t);
  const { page, context } = await openConsole(t, address, operator, { mayComplain: /Failed to load|ERR_/ });
  await page.getByRole('heading', { name: /need/ }).waitFor();
  await context.setOffline(true);
  await page.getByText('The daemon does not answer just now.').waitFor();
  await context.setOffline(false);
  await page.getByText('The daemon does not answer just now.').waitFor({ state: 'hidden' });
});

test('what a browser keeps of the checking page is never given to the operator’s', async (t) => {
  const { address, operator } = await lively(t);
  const { page } = await openPage(t, address, { serviceWorkers: true });
  await page.locator('html[data-offline]').waitFor();
  /** @type {string[]} */
  const kept = [];
  page.on('response', (response) => {
    if (response.fromServiceWorker()) kept.push(response.url());
  });
  await page.goto(`${address}console/`);
  await page.locator('#token').fill(operator);
  await page.keyboard.press('Enter');
  await page.locator('.side-nav').waitFor();
  assert.deepEqual(kept, []);
});

/** Turns of the tab key after which something is not reachable. */
const MOST_TABS = 60;

/** Presses Tab until the focus is on what has the name. @param {import('playwright-core').Page} page @param {string} name */
async function tabTo(page, name) {
  for (let turn = 0; turn < MOST_TABS; turn += 1) {
    await page.keyboard.press('Tab');
    if ((await focused(page)) === name) return;
  }
  assert.fail(`Tab does not reach ${name}`);
}

/** The name of what has the focus, through shadow roots. @param {import('playwright-core').Page} page */
function focused(page) {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    if (!(element instanceof HTMLElement)) return '';
    const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : null;
    const words = element.getAttribute('aria-label') ?? label ?? element.innerText ?? '';
    return words.replace(/\s+/g, ' ').trim();
  });
}
