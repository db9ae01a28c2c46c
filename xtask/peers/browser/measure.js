// How long does a browser take from a dropped file to its verdict, and what does that cost the page?
// Intake's page as it is served, and Papa Parse with Ajv in a worker, in pairs in one browser, each time in a new page that has
// loaded what it needs before the file comes. Run with: page's folder, files as JSON, now, pairs. Prints JSON.

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { tabMemory } from './memory.js';
import { compiled } from './rules.js';

const [folder, fileNames, now, pairs] = process.argv.slice(2);
/** @type {{ usual: string, wrong: string, huge: string }} */
const named = JSON.parse(fileNames);
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const KINDS = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const LONGEST_WAIT = 600_000;
const here = (name) => readFileSync(new URL(name, import.meta.url));

const peers = {
  '/peer/': '<!doctype html><link rel="icon" href="data:,"><input type="file">',
  '/papa_worker.js': here('papa_worker.js'),
  '/validate.js': compiled(),
  '/papaparse.js': readFileSync(createRequire(import.meta.url).resolve('papaparse/papaparse.min.js')),
};
const server = createServer(({ url }, response) => {
  const path = join(folder, url === '/' ? 'index.html' : url);
  const body = peers[url] ?? (existsSync(path) ? readFileSync(path) : undefined);
  const type = KINDS[extname(url) || '.html'] ?? 'application/octet-stream';
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': type }).end(body);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${server.address().port}`;
const executablePath = process.env.INTAKE_CHROMIUM ?? PLACES.find((place) => existsSync(place));
if (executablePath === undefined) throw new Error('no Chromium: `apt-get install chromium`, or name one in INTAKE_CHROMIUM');
// Only of a browser that runs as a server its process is told.
const launched = await chromium.launchServer({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const browser = await chromium.connect(launched.wsEndpoint());

/** Notes when a file came, when its verdict was there, and how long the page's main thread was busy at a time. */
function watch() {
  globalThis.seen = { tasks: [] };
  // Of the two events that a chosen file makes, only this one leaves the element.
  addEventListener('input', () => (globalThis.seen.started ??= performance.now()), { capture: true });
  document.addEventListener('intake-verdict', ({ detail: { verdict } }) => {
    globalThis.seen.verdict = { rows: verdict.rows, bad: verdict.rejected };
    globalThis.seen.ended = performance.now();
  });
  new PerformanceObserver((list) => globalThis.seen.tasks.push(...list.getEntries().map(({ startTime, duration }) => ({ startTime, duration })))).observe({
    type: 'longtask',
    buffered: true,
  });
}

/** Intake's page. @param {string} file */
async function intake(file) {
  const page = await browser.newPage();
  try {
    await page.addInitScript(watch);
    await page.goto(`${address}/`);
    await page.locator('intake-check[data-ready]').waitFor();
    const memory = tabMemory(launched.process().pid);
    await page.locator('intake-check input[type=file][multiple]').first().setInputFiles(file);
    await page.waitForFunction(() => globalThis.seen.ended !== undefined, undefined, { timeout: LONGEST_WAIT, polling: 50 });
    // What the verdict makes the page do counts as well.
    await page.locator('.verdict h2').waitFor();
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 200))));
    const megabytes = memory.end();
    const { started, ended, verdict, tasks } = await page.evaluate(() => globalThis.seen);
    const during = tasks.filter(({ startTime, duration }) => startTime + duration > started).map(({ duration }) => duration);
    // A task of up to 50 ms is not told of.
    return { ...verdict, seconds: (ended - started) / 1000, longestTask: Math.max(50, ...during), megabytes };
  } finally {
    await page.close();
  }
}

/** Papa Parse and Ajv, in a worker. @param {string} file */
async function papa(file) {
  const page = await browser.newPage();
  try {
    await page.goto(`${address}/peer/`);
    await page.setInputFiles('input', file);
    return await page.evaluate(
      (now) =>
        new Promise((resolve, reject) => {
          const worker = new Worker('/papa_worker.js');
          let started;
          worker.onerror = (event) => reject(new Error(event.message));
          worker.onmessage = ({ data }) => {
            if (data === 'ready') {
              started = performance.now();
              worker.postMessage({ file: document.querySelector('input').files[0], now });
            } else {
              resolve({ ...data, seconds: (performance.now() - started) / 1000 });
            }
          };
        }),
      now,
    );
  } finally {
    await page.close();
  }
}

try {
  // The first page of a browser pays for much that is there from then on.
  await intake(named.usual);
  const measured = { usual: [], papa: [], wrong: [], huge: [] };
  for (let pair = 0; pair < Number(pairs); pair += 1) {
    measured.usual.push(await intake(named.usual));
    measured.papa.push(await papa(named.usual));
    measured.wrong.push(await intake(named.wrong));
  }
  measured.huge.push(await intake(named.huge));
  console.log(JSON.stringify(measured));
} finally {
  await launched.close();
  server.close();
}
