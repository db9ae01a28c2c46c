// What does the checker say after the module has stopped in the middle of something?
// Its memory is overwritten here, which nothing but an error in the module itself could do. Run with: package.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder] = process.argv.slice(2);
const { default: load } = await import(pathToFileURL(join(folder, 'intake_wasm.js')).href);
const { Checker, init } = await import(pathToFileURL(join(folder, 'checker.js')).href);

const wasm = await load({ module_or_path: readFileSync(join(folder, 'intake_wasm_bg.wasm')) });
await init();
const checker = await Checker.open(new Blob(['quantity\nx\n']));
const verdict = await checker.check();
assert.equal(verdict.rejected, 1);

// The stack, which comes first, is written anew by every call; ones count as being looked at already, no more.
new Uint8Array(wasm.memory.buffer).fill(1, 1 << 20);
const stopped = /the checker has stopped and must be loaded anew: ./;
await assert.rejects(checker.record(1), stopped);
// Nothing is asked of it any more, and letting go of it is no error.
await assert.rejects(checker.check(), stopped);
await assert.rejects(Checker.open(new Blob(['x'])).then((other) => other.check()), stopped);
checker.free();
