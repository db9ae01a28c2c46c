// Where does the worker's program come from?
// From its own file beside this one, and under the same policy as the page: a worker that is loaded has the policy that its
// server sends with it, one that is made in memory has the page's. So the page's own promise holds for both.

/**
 * @param {'worker.js' | 'side_worker.js'} name
 * @returns {Worker}
 */
export function startWorker(name) {
  // In the single-file form the build has put the programs into the page: nothing can be loaded beside a page from disk.
  const inlined = /** @type {{ intakeWorkers?: Record<string, string> }} */ (globalThis).intakeWorkers?.[name];
  // Of a page from disk only a plain script can be started from memory.
  if (inlined !== undefined) return workerInMemory(inlined, 'classic');
  const address = new URL(`./${name}`, import.meta.url);
  const isOurs = address.origin === location.origin;
  if (isOurs && (policyComesFromServer() || !pageHasPolicy())) return new Worker(address, { type: 'module' });
  return workerInMemory(`import ${JSON.stringify(address.href)};`, 'module');
}

/** A daemon sends its policy with every file. */
function policyComesFromServer() {
  return /** @type {{ intakeDaemon?: object }} */ (globalThis).intakeDaemon !== undefined;
}

function pageHasPolicy() {
  return document.querySelector('meta[http-equiv="Content-Security-Policy"]') !== null;
}

/**
 * @param {string} source
 * @param {WorkerType} type
 */
function workerInMemory(source, type) {
  const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  return new Worker(address, { type });
}
