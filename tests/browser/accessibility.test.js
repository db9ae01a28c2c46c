// Is every view free of what axe finds, light and dark, small and large, in both languages?

import { test } from 'node:test';
import { servePage } from './page_server.js';
import { clean } from './axe.js';
import { choose, openPage, verdict } from './browser.js';
import { bad, good } from './orders.js';

const DAEMON = 'globalThis.intakeDaemon = { upload: true, profile: true, snapshot: true };';

/** @type {[string, import('./browser.js').Wishes][]} */
const DRESSES = [
  ['large, light, English', { width: 1440, colorScheme: 'light', locale: 'en-GB' }],
  ['small, dark, German', { width: 390, colorScheme: 'dark', locale: 'de-DE' }],
  ['large, dark, German', { width: 1440, colorScheme: 'dark', locale: 'de-DE' }],
  ['small, light, English', { width: 390, colorScheme: 'light', locale: 'en-GB' }],
];

for (const [dress, wishes] of DRESSES) {
  test(`axe finds nothing: ${dress}`, async (t) => {
    const { address } = await servePage(t, { '/daemon.js': DAEMON });
    const { page } = await openPage(t, address, wishes);
    // Moving parts would be looked at half-way.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const small = wishes.width === 390;
    await clean(page, 'start');
    await page.locator('.settings summary').click();
    await clean(page, 'settings');
    await page.getByRole('button', { name: /^(Look up fields|Felder nachschlagen)$/ }).click();
    await page.locator('.field-table table').waitFor();
    await clean(page, 'fields');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^(Paste rows|Zeilen einfügen)$/ }).click();
    await clean(page, 'paste');
    await page.keyboard.press('Escape');

    await choose(page, { name: 'orders.csv', text: bad() });
    await verdict(page);
    await clean(page, 'kinds of findings');
    await page.locator('.groups .opener').first().click();
    await page.locator('.findings-of-kind tbody tr').first().click();
    await page.locator(small ? '.sheet[open] .strip' : '.side .strip').waitFor();
    await page.locator(small ? '.sheet[open] .edit' : '.side .edit').waitFor();
    await clean(page, 'one kind, one finding');
    if (small) await page.keyboard.press('Escape');
    await page.getByLabel(/^(One by one|Einzeln)$/).check();
    await page.locator('.findings-all tbody tr[aria-rowindex]').first().waitFor();
    await clean(page, 'findings one by one');
    for (const tab of [/^Plan$/, /^(Download|Herunterladen)$/, /^(Upload|Hochladen)$/]) {
      await page.getByRole('tab', { name: tab }).click();
      await clean(page, String(tab));
    }
    const strange = bad().replace('startDate', 'Startdtum').replace(',two,', ',1.000,');
    await choose(page, { name: 'strange.csv', text: strange });
    await page.locator('.file[aria-current]', { hasText: 'strange.csv' }).waitFor();
    await verdict(page);
    await page.getByRole('tab', { name: /^(Findings|Befunde)/ }).click();
    await page.locator('.mapping form').waitFor();
    await clean(page, 'headers to be given a meaning, and what can be mended');
    await choose(page, { name: 'good.csv', text: good(2) }, { name: 'empty.csv', text: '' });
    await page.locator('.file-state').nth(3).filter({ hasNotText: /check|prüf|wait|wart/ }).waitFor();
    await clean(page, 'several files, a good one');
    await page.locator('.file', { hasText: 'empty.csv' }).click();
    await clean(page, 'a file that is rejected');
  });
}
