// How is the page there without a network? All its files are kept when they are installed, and are answered from there.
// A new version comes whole or not at all: its files stand under its own name, and the old ones go when it takes over.

/* global precache */
importScripts('precache.js');

/** @type {{ version: string, files: string[] }} made by the build: every file of the page and a hash over all of them */
const { version, files } = precache;
const NAME = `intake-${version}`;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(files.map((file) => new Request(file, { cache: 'reload' }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  const old = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith('intake-') && name !== NAME) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(old());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  const here = address.href.slice(self.registration.scope.length);
  if (request.method !== 'GET' || !address.href.startsWith(self.registration.scope)) return;
  // What the daemon offers is asked anew each time; without it the page checks as ever and offers no upload.
  if (here === 'daemon.js') event.respondWith(fetch(request).catch(offersNothing));
  else if (here === '' || files.includes(here)) event.respondWith(kept(request, here === '' ? 'index.html' : here));
});

/**
 * @param {Request} request
 * @param {string} file
 */
async function kept(request, file) {
  const cache = await caches.open(NAME);
  return (await cache.match(file)) ?? fetch(request);
}

/** What is there of the daemon while it cannot be reached: the policy that it sent with each file that is kept. */
async function offersNothing() {
  const page = await (await caches.open(NAME)).match('index.html');
  const isFromDaemon = page?.headers.has('content-security-policy') ?? false;
  const script = isFromDaemon ? 'globalThis.intakeDaemon = Object.freeze({});\n' : '';
  return new Response(script, { headers: { 'content-type': 'text/javascript' } });
}
