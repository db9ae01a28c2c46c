// How is the built page served in tests, and what was asked of the server?
// Files only, on a free port of this machine; every request is noted.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The workspace. */
export const WORKSPACE = fileURLToPath(new URL('../../', import.meta.url));
/** What `cargo xtask build` left; cargo may be told to build elsewhere. */
export const TARGET = process.env.INTAKE_TARGET ?? join(WORKSPACE, 'target');
/** The page. */
export const PAGE = join(TARGET, 'www');

const KINDS = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
};

/**
 * Serves the page until the test has ended. `extra` answers paths that the page has no file for.
 *
 * @param {import('node:test').TestContext} t
 * @param {Record<string, string>} [extra]
 */
export async function servePage(t, extra = {}) {
  /** @type {string[]} */
  const requests = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    requests.push(pathname);
    const path = pathname === '/' ? '/index.html' : pathname;
    const kind = KINDS[/** @type {keyof typeof KINDS} */ (extname(path))] ?? 'application/octet-stream';
    try {
      const body = extra[path] ?? (await readFile(join(PAGE, normalize(path))));
      response.writeHead(200, { 'content-type': kind, 'cache-control': 'no-cache' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { address: `http://127.0.0.1:${port}/`, requests };
}
