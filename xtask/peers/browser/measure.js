// How long does a browser take from a file to its verdict, with Intake and with Papa Parse and Ajv?
// In pairs, in one browser, each time in a new worker that has loaded what it needs before the file comes.
// Run with: package, file, now, pairs. Prints JSON.

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { compiled } from './rules.js';

const [folder, file, now, pairs] = process.argv.slice(2);
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const KINDS = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
const here = (name) => readFileSync(new URL(name, import.meta.url));

const files = {
  '/': '<!doctype html><input type="file">',
  '/papa_worker.js': here('papa_worker.js'),
  '/intake_worker.js': here('intake_worker.js'),
  '/validate.js': compiled(),
  '/papaparse.js': readFileSync(createRequire(import.meta.url).resolve('papaparse/papaparse.min.js')),
};
const server = createServer(({ url }, response) => {
  const body = files[url] ?? (url.startsWith('/pkg/') ? readFileSync(join(folder, url.slice(5))) : undefined);
  const type = KINDS[extname(url) || '.html'] ?? 'application/octet-stream';
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': type }).end(body);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const executablePath = process.env.INTAKE_CHROMIUM ?? PLACES.find((place) => existsSync(place));
if (executablePath === undefined) throw new Error('no Chromium: `apt-get install chromium`, or name one in INTAKE_CHROMIUM');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.setInputFiles('input', file);
  const run = (worker, type) =>
    page.evaluate(
      ([address, type, now]) =>
        new Promise((resolve, reject) => {
          const worker = new Worker(address, { type });
          let started;
          worker.onerror = (event) => reject(new Error(event.message));
          worker.onmessage = ({ data }) => {
            if (data === 'ready') {
              started = performance.now();
              worker.postMessage({ file: document.querySelector('input').files[0], now });
            } else {
              resolve({ ...data, seconds: (performance.now() - started) / 1000 });
              worker.terminate();
            }
          };
        }),
      [worker, type, now],
    );
  const measured = { intake: [], papa: [] };
  for (let pair = 0; pair < Number(pairs); pair += 1) {
    measured.intake.push(await run('/intake_worker.js', 'module'));
    measured.papa.push(await run('/papa_worker.js', 'classic'));
  }
  console.log(JSON.stringify(measured));
} finally {
  await browser.close();
  server.close();
}
