// What does a worker do beside the one that checks a file?
// It finds out the file's hash, and looks at blocks of it. It gets the compiled module from the first worker and answers each question of its
// port once.

import { init, sha256, BlockChecker } from '../pkg/checker.js';

/** A file of up to so many bytes is held whole while it is hashed. */
const HELD = 160 << 20;

/** @type {Map<number, AbortController>} */
const running = new Map();

/** Whoever looks at blocks of the file that is checked at the moment. @type {{ about: number, checker: BlockChecker } | undefined} */
let looking;

addEventListener(
  'message',
  async ({ data: module, ports: [port] }) => {
    await init(module);
    port.onmessage = async ({ data }) => {
      const { id, stop } = data;
      if (stop) {
        running.get(id)?.abort();
        return;
      }
      if (id === undefined) {
        begin(data);
        return;
      }
      const spare = data.memory;
      const back = spare === undefined ? [] : [spare];
      try {
        const answer = data.file === undefined ? look(data) : await hash(data);
        port.postMessage({ id, answer, spare }, [answer.buffer, ...back]);
      } catch (error) {
        port.postMessage({ id, failure: String(error), spare }, back);
      }
    };
  },
  { once: true },
);

/**
 * Where it fails there is nobody to look, and the first block says so.
 *
 * @param {{ about: number, options: any, beginning: Uint8Array }} file
 */
function begin({ about, options, beginning }) {
  looking?.checker.free();
  looking = undefined;
  looking = { about, checker: new BlockChecker(options, beginning) };
}

/** @param {{ about: number, memory: ArrayBuffer, length: number }} question */
function look({ about, memory, length }) {
  if (looking?.about !== about) throw new Error('this file is not known here');
  return looking.checker.look(new Uint8Array(memory, 0, length));
}

/** @param {{ id: number, file: Blob }} question */
async function hash({ id, file }) {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    return await hashOf(file, controller.signal);
  } finally {
    running.delete(id);
  }
}

/**
 * By the browser's own hash where it can be had: it takes a sixth of the time, but takes no pieces.
 *
 * @param {Blob} file
 * @param {AbortSignal} signal
 * @returns {Promise<Uint8Array>}
 */
async function hashOf(file, signal) {
  // Only pages that came by a safe way have it.
  if (file.size <= HELD && globalThis.crypto?.subtle !== undefined) {
    const bytes = await file.arrayBuffer();
    signal.throwIfAborted();
    return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  }
  return sha256(file, signal);
}

postMessage('loaded');
