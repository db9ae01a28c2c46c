// Where does the worker's program come from?
// From its own file beside this one; in the single-file form from a text that the build has put into the page, since
// nothing can be loaded beside a page from disk; and by way of a small script where the page belongs to another origin.

/** @returns {Worker} */
export function startWorker() {
  const inlined = /** @type {{ intakeWorkerSource?: string }} */ (globalThis).intakeWorkerSource;
  if (inlined !== undefined) return workerOf(inlined);
  const address = new URL('./worker.js', import.meta.url);
  if (address.origin === location.origin) return new Worker(address, { type: 'module' });
  return workerOf(`import ${JSON.stringify(address.href)};`);
}

/** @param {string} source */
function workerOf(source) {
  const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  return new Worker(address, { type: 'module' });
}
