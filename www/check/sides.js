// How do several workers share the work on a file?
// Others hash what the first one checks, and look at blocks of it. Where they cannot be had, or die, the first one does all by itself.

import { startWorker } from './worker_start.js';

/** So many work beside the first one at most: what must be done in order becomes the limit before. */
const MOST = 3;

/**
 * Gives a worker that checks others that work beside it. Done when everything that this needs has been loaded, or cannot be.
 *
 * @param {import('./worker_client.js').WorkerClient} checking
 * @returns {Promise<unknown>}
 */
export function workBeside(checking) {
  const count = Math.min(navigator.hardwareConcurrency - 1, MOST);
  return Promise.all(Array.from({ length: Math.max(count, 0) }, (_, side) => begin(checking, side)));
}

/**
 * @param {import('./worker_client.js').WorkerClient} checking
 * @param {number} side which one it is
 * @returns {Promise<void>}
 */
function begin(checking, side) {
  return new Promise((resolve) => {
    try {
      const worker = startWorker('side_worker.js');
      const giveUp = () => {
        worker.terminate();
        checking.worker?.postMessage({ side, here: false });
        resolve();
      };
      worker.addEventListener('message', () => resolve(), { once: true });
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        giveUp();
      });
      checking.ready.then((module) => {
        const { port1, port2 } = new MessageChannel();
        worker.postMessage(module, [port1]);
        checking.worker?.postMessage({ side, here: true }, [port2]);
      }, giveUp);
      checking.ended.then(giveUp);
    } catch {
      resolve();
    }
  });
}
