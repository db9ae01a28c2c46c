// How does a test get a browser with the page in it?
// One Chromium for all tests of a file, a fresh profile for each; whatever the page complains of fails the test.

import { existsSync } from 'node:fs';
import { after } from 'node:test';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

/** Where Chromium is found, unless `INTAKE_CHROMIUM` names it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const QUIET = ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

/** @type {Promise<import('playwright-core').Browser> | undefined} */
let started;

function start() {
  const executablePath = process.env.INTAKE_CHROMIUM ?? PLACES.find((place) => existsSync(place));
  assert(executablePath, 'no Chromium: `apt-get install chromium`, or name one in INTAKE_CHROMIUM');
  // Without a sandbox of its own it also runs as root, as in a container.
  return chromium.launch({ executablePath, args: [...QUIET, '--no-sandbox'] });
}

after(async () => (await started)?.close());

/**
 * @typedef {object} Wishes
 * @property {string} [locale]
 * @property {'light' | 'dark'} [colorScheme]
 * @property {number} [width]
 * @property {boolean} [serviceWorkers]
 * @property {RegExp} [mayComplain]
 */

/**
 * Opens the page and waits until it can check.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} address
 * @param {Wishes} [wishes]
 */
export async function openPage(t, address, wishes) {
  const opened = await openAddress(t, address, wishes);
  await opened.page.locator('intake-check[data-ready]').waitFor();
  return opened;
}

/**
 * Opens any page. `mayComplain` tells which complaints of the browser's belong to the test: it complains of refusals, too.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} address
 * @param {Wishes} [wishes]
 */
export async function openAddress(t, address, { locale = 'en-GB', colorScheme = 'light', width = 1440, serviceWorkers = false, mayComplain } = {}) {
  started ??= start();
  const browser = await started;
  const context = await browser.newContext({
    locale,
    colorScheme,
    viewport: { width, height: width < 500 ? 844 : 900 },
    acceptDownloads: true,
    serviceWorkers: serviceWorkers ? 'allow' : 'block',
  });
  t.after(() => context.close());
  const page = await context.newPage();
  /** @type {string[]} */
  const complaints = [];
  /** @type {string[]} */
  const requests = [];
  page.on('pageerror', (error) => complaints.push(String(error.stack ?? error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !mayComplain?.test(message.text())) complaints.push(message.text());
  });
  context.on('request', (request) => requests.push(request.url()));
  t.after(() => assert.deepEqual(complaints, [], 'the page complained'));
  await page.goto(address);
  return { page, context, requests };
}

/**
 * Gives files through the page's own file field, as its dialog would.
 *
 * @param {import('playwright-core').Page} page
 * @param {...{ name: string, text: string }} files
 */
export async function choose(page, ...files) {
  await page
    .locator('intake-check input[type=file][multiple]')
    .first()
    .setInputFiles(files.map(({ name, text }) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })));
}

/**
 * Drops files upon the checker, as from a file manager.
 *
 * @param {import('playwright-core').Page} page
 * @param {...{ name: string, text: string }} files
 */
export async function drop(page, ...files) {
  await page.locator('intake-check').evaluate((element, files) => {
    const dataTransfer = new DataTransfer();
    for (const { name, text } of files) dataTransfer.items.add(new File([text], name));
    for (const type of ['dragenter', 'dragover', 'drop']) {
      element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }
  }, files);
}

/**
 * The sentence of the verdict.
 *
 * @param {import('playwright-core').Page} page
 */
export async function verdict(page) {
  await page.locator('.verdict h2').waitFor();
  return page.locator('.verdict h2').innerText();
}

/**
 * The count on a tile of the verdict.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} name
 */
export async function tile(page, name) {
  const tile = page.locator('.tile', { has: page.locator('.name', { hasText: new RegExp(`^${name}$`) }) });
  return tile.locator('.number').innerText();
}

/**
 * The texts of all that a locator finds, once it finds something: what the page shows comes from its worker, a moment later.
 *
 * @param {import('playwright-core').Locator} locator
 */
export async function texts(locator) {
  await locator.first().waitFor();
  return locator.allInnerTexts();
}

/**
 * Saves what a click downloads and gives its name and text.
 *
 * @param {import('playwright-core').Page} page
 * @param {() => Promise<void>} click
 */
export async function downloaded(page, click) {
  const coming = page.waitForEvent('download');
  await click();
  const download = await coming;
  const stream = await download.createReadStream();
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { name: download.suggestedFilename(), text: Buffer.concat(chunks).toString('utf8') };
}
