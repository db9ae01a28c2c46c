// How is a file's hash worked out beside its check?
// A second worker reads the file as well. It gets the compiled module from the first and answers each question of its port once.

import { init, sha256 } from '../pkg/checker.js';

/** @type {Map<number, AbortController>} */
const running = new Map();

addEventListener(
  'message',
  async ({ data: module, ports: [port] }) => {
    await init(module);
    port.onmessage = async ({ data: { id, file } }) => {
      if (file === undefined) {
        running.get(id)?.abort();
        return;
      }
      const controller = new AbortController();
      running.set(id, controller);
      try {
        port.postMessage({ id, hash: await sha256(file, controller.signal) });
      } catch (error) {
        port.postMessage({ id, failure: String(error) });
      } finally {
        running.delete(id);
      }
    };
  },
  { once: true },
);

postMessage('loaded');
