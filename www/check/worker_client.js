// How does the page ask the worker?
// Every call is answered exactly once, also when the worker dies or is stopped: nothing waits for ever.

import { startWorker } from './worker_start.js';

/**
 * @typedef {object} Watch
 * @property {(progress: any) => void} [progress]
 * @property {AbortSignal} [signal]
 */

/** @typedef {{ resolve: (value: any) => void, reject: (error: Error) => void, progress?: (progress: any) => void }} Waiting */

export class WorkerClient {
  constructor() {
    /** @type {Map<number, Waiting>} */
    this.waiting = new Map();
    this.lastCall = 0;
    /** Why no call can be answered any more. @type {Error | undefined} */
    this.dead = undefined;
    /** With the compiled module, for whoever works beside it. @type {Promise<WebAssembly.Module>} */
    this.ready = new Promise((resolve, reject) => {
      this.becomeReady = resolve;
      this.neverReady = reject;
    });
    // Whoever waits for it is told; nobody has to.
    this.ready.catch(() => {});
    /** @type {Promise<void>} */
    this.ended = new Promise((resolve) => (this.hasEnded = resolve));
    try {
      this.worker = startWorker('worker.js');
      this.worker.addEventListener('message', ({ data }) => this.answered(data));
      this.worker.addEventListener('error', (event) => {
        event.preventDefault();
        this.stop(new Error(event.message || 'the worker could not be loaded'));
      });
    } catch (error) {
      this.stop(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /**
   * @param {string} method
   * @param {number} handle
   * @param {unknown} [args]
   * @param {Watch} [watch]
   * @returns {Promise<any>}
   */
  call(method, handle, args, watch = {}) {
    if (this.dead) return Promise.reject(this.dead);
    this.lastCall += 1;
    const id = this.lastCall;
    const worker = this.worker;
    watch.signal?.addEventListener('abort', () => worker?.postMessage({ cancel: id }), { once: true });
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, progress: watch.progress });
      worker?.postMessage({ id, method, handle, args });
    });
  }

  /** @param {Error} reason */
  stop(reason) {
    if (this.dead) return;
    this.dead = reason;
    this.worker?.terminate();
    this.hasEnded?.();
    this.neverReady?.(reason);
    for (const { reject } of this.waiting.values()) reject(reason);
    this.waiting.clear();
  }

  /** @param {any} message */
  answered(message) {
    if (message.ready === true) return this.becomeReady?.(message.module);
    if (message.ready === false) return this.stop(new Error(message.reason));
    const waiting = this.waiting.get(message.id);
    if (!waiting) return;
    if (message.progress !== undefined) return waiting.progress?.(message.progress);
    this.waiting.delete(message.id);
    if (message.error) {
      const error = new Error(message.error.message);
      error.name = message.error.name;
      waiting.reject(error);
      if (message.error.fatal) this.stop(error);
    } else {
      waiting.resolve(message.result);
    }
  }
}
