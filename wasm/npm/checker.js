// How is a file checked from JavaScript? In a page, in a worker, or in Node.
// Everything that is said of a file is said by the module; here bytes are only read and handed on.

import { default as load } from './intake_wasm.js';

export { Session, codes, fields, template, version } from './intake_wasm.js';

/** @typedef {import('./intake_wasm.js').InitInput} Source */

/** @type {Promise<unknown> | undefined} */
let loading;

/**
 * Loads the module, once; later calls wait for the first.
 *
 * @param {Source | Promise<Source>} [wasm] its bytes, or where they are; by default the file beside this one
 * @returns {Promise<void>}
 */
export async function init(wasm) {
  loading ??= loaded(wasm);
  try {
    await loading;
  } catch (error) {
    // What could not be loaded now may be there for the next call.
    loading = undefined;
    throw error;
  }
}

/** @param {Source | Promise<Source>} [wasm] */
async function loaded(wasm) {
  await load({ module_or_path: (await wasm) ?? (await besideThisFile()) });
}

/** @returns {Promise<Source>} */
async function besideThisFile() {
  const address = new URL('intake_wasm_bg.wasm', import.meta.url);
  if (address.protocol !== 'file:') return address;
  // Node fetches nothing from disk. The name stands apart, so that no bundler for browsers looks for it.
  const files = 'node:fs/promises';
  const { readFile } = await import(/* @vite-ignore */ files);
  return readFile(address);
}
