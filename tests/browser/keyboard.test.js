// Can everything be done without a mouse?

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { servePage } from './page_server.js';
import { openPage, verdict } from './browser.js';
import { bad } from './orders.js';

test('from the empty page to what is to be done about one finding, by keys alone', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address);
  const keys = page.keyboard;

  await tabTo(page, 'Paste rows');
  await keys.press('Enter');
  await page.locator('dialog[open] textarea').waitFor();
  await tabTo(page, 'Copied rows');
  await keys.insertText(bad());
  await tabTo(page, 'Check these rows');
  await keys.press('Enter');
  assert.match(await verdict(page), /^3 of 10 rows/);
  // Reading goes on at the verdict.
  assert.match(await focused(page), /^3 of 10 rows/);

  await tabTo(page, /^Findings/);
  await keys.press('ArrowRight');
  assert.match(await focused(page), /^Plan/);
  await keys.press('Home');
  assert.match(await focused(page), /^Findings/);

  await tabTo(page, 'By kind');
  await keys.press('ArrowRight');
  await page.locator('.findings-all tbody tr[aria-rowindex]').first().waitFor();
  await tabTo(page, /^Findings\. Arrow keys/);
  await keys.press('End');
  await keys.press('ArrowUp');
  const active = page.locator('.findings-all tr[aria-selected="true"]');
  assert.equal(await active.getAttribute('aria-rowindex'), '3');
  const table = page.locator('.findings-all');
  assert.equal(await table.getAttribute('aria-activedescendant'), await active.getAttribute('id'));

  await keys.press('Enter');
  await page.locator('.side .todo').waitFor();
  assert.match(await focused(page), /^Row \d+ · Cell [A-Z]\d+/);
  await keys.press('Escape');
  assert.match(await focused(page), /^Findings\. Arrow keys/);
});

test('on a small screen Enter opens a finding and Escape leads back', async (t) => {
  const { address } = await servePage(t);
  const { page } = await openPage(t, address, { width: 390 });
  await tabTo(page, 'Paste rows');
  await page.keyboard.press('Enter');
  await page.locator('dialog[open] textarea').fill(bad());
  await tabTo(page, 'Check these rows');
  await page.keyboard.press('Enter');
  await verdict(page);
  await tabTo(page, 'By kind');
  await page.keyboard.press('ArrowRight');
  await page.locator('.findings-all tbody tr[aria-rowindex]').first().waitFor();
  await tabTo(page, /^Findings\. Arrow keys/);
  await page.keyboard.press('Enter');
  await page.locator('dialog.sheet[open] .todo').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog.sheet:not([open])').waitFor({ state: 'attached' });
  assert.match(await focused(page), /^Findings\. Arrow keys/);
});

/** Turns of the tab key after which something is not reachable. */
const MOST_TABS = 60;

/**
 * Presses Tab until the focus is on what has the name.
 *
 * @param {import('playwright-core').Page} page
 * @param {string | RegExp} name
 */
async function tabTo(page, name) {
  const fits = (/** @type {string} */ text) => (typeof name === 'string' ? text === name : name.test(text));
  for (let turn = 0; turn < MOST_TABS; turn += 1) {
    await page.keyboard.press('Tab');
    if (fits(await focused(page))) return;
  }
  assert.fail(`Tab does not reach ${name}`);
}

/**
 * The name of what has the focus, through shadow roots.
 *
 * @param {import('playwright-core').Page} page
 */
function focused(page) {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    if (!(element instanceof HTMLElement)) return '';
    const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : null;
    return (element.getAttribute('aria-label') ?? label ?? element.textContent ?? '').trim();
  });
}
