// How does a test get the operator's page, with somebody signed in?

import { openAddress } from './browser.js';

/**
 * Opens the operator's page and signs in.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} address the daemon's
 * @param {string} token
 * @param {import('./browser.js').Wishes} [wishes]
 */
export async function openConsole(t, address, token, wishes) {
  const opened = await openAddress(t, `${address}console/`, wishes);
  const { page } = opened;
  await page.locator('#token').fill(token);
  await page.keyboard.press('Enter');
  await page.locator('.side-nav').waitFor();
  return opened;
}

/**
 * Goes to a view by its place in the address.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} path
 */
export async function goTo(page, path) {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, path);
}
