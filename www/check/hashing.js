// How do two workers share the work on a file?
// The second one hashes what the first one checks. Where it cannot be had, or dies, the first one does all by itself.

import { startWorker } from './worker_start.js';

/**
 * Gives a worker that checks another one that hashes. Done when everything that this needs has been loaded, or cannot be.
 *
 * @param {import('./worker_client.js').WorkerClient} checking
 * @returns {Promise<void>}
 */
export function hashBeside(checking) {
  if (navigator.hardwareConcurrency < 2) return Promise.resolve();
  return new Promise((resolve) => {
    try {
      const worker = startWorker('hash_worker.js');
      const giveUp = () => {
        worker.terminate();
        checking.worker?.postMessage({ hasher: false });
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
        checking.worker?.postMessage({ hasher: true }, [port2]);
      }, giveUp);
      checking.ended.then(giveUp);
    } catch {
      resolve();
    }
  });
}
