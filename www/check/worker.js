// How does the worker answer the page?
// Only this file knows the package with the core in it. Each call has a number, every answer carries it; a checker is
// known to the page by a number alone.

import { init, Checker, fields, codes, template } from '../pkg/checker.js';
import { wasmBytes } from '../pkg/intake_wasm_bytes.js';
import { SidePort } from './side_port.js';
import { workbookBytes } from './workbook_bytes.js';

/** @type {Map<number, Checker>} */
const checkers = new Map();
/** @type {Map<number, AbortController>} */
const cancellable = new Map();

/** Between two messages about progress. */
const PROGRESS_MS = 100;

/** From so many bytes on it is worth asking other workers for a file's hash and for looks at its blocks. */
const LARGE = 4 << 20;

/** The ways to the workers that work beside this one, by their numbers. @type {Map<number, SidePort>} */
const sides = new Map();

let readyAt = 0;

/** So many rows are checked before the first file comes. */
const WARMING_ROWS = 16_000;

/** Ends the work before the first file. */
const warming = new AbortController();

/** @type {Record<string, (call: { id: number, handle: number, args: any }) => unknown>} */
const METHODS = {
  async open({ handle, args }) {
    const asked = args.file.size < LARGE ? [] : [...sides.values()];
    const first = asked.at(0);
    const hash = first && ((/** @type {Blob} */ file, /** @type {AbortSignal} */ signal) => first.hash(file, signal));
    const helpers = asked.map((side) => side.helper());
    checkers.set(handle, await Checker.open(args.file, { ...args.options, hash, helpers }));
  },
  async ground({ args }) {
    const checker = await Checker.open(new Blob([]), args);
    try {
      return (await checker.check()).plan;
    } finally {
      checker.free();
    }
  },
  check: (call) => watched(call, (watch) => the(call.handle).check(watch)),
  findings: ({ handle, args }) => the(handle).findings(args.query, args.from, args.count),
  rows: ({ handle, args }) => the(handle).rows(args.query, args.from, args.count),
  record: ({ handle, args }) => the(handle).record(args.row),
  attempt: ({ handle, args }) => the(handle).attempt(args.row, args.edits),
  profile: ({ handle }) => the(handle).profile(),
  export: (call) => watched(call, (watch) => the(call.handle).export(call.args.kind, call.args.options, watch)),
  free({ handle }) {
    checkers.get(handle)?.free();
    checkers.delete(handle);
  },
  fields: () => fields(),
  codes: () => codes(),
  template: ({ args }) => template(args.format, args.language),
  requests: () => performance.getEntriesByType('resource').filter((entry) => entry.startTime > readyAt && !isOfPage(entry)).length,
};

/** The part that reads workbooks is loaded late, and is of the page. @param {PerformanceEntry} entry */
function isOfPage(entry) {
  return entry.name.endsWith('/pkg/intake_workbook_bytes.js');
}

/** @param {number} handle */
function the(handle) {
  const checker = checkers.get(handle);
  if (!checker) throw new Error('this file is not open any more');
  return checker;
}

/**
 * Runs what takes long: with progress, and until it is cancelled.
 *
 * @template Answer
 * @param {{ id: number }} call
 * @param {(watch: { progress: (progress: unknown) => void, signal: AbortSignal }) => Promise<Answer>} work
 */
async function watched({ id }, work) {
  const controller = new AbortController();
  cancellable.set(id, controller);
  let last = -Infinity;
  /** @param {unknown} progress */
  const progress = (progress) => {
    const now = performance.now();
    if (now - last < PROGRESS_MS) return;
    last = now;
    postMessage({ id, progress });
  };
  try {
    return await work({ progress, signal: controller.signal });
  } finally {
    cancellable.delete(id);
  }
}

/**
 * An error in the form in which it goes to the page. After a trap the module is in the middle of something, and this worker
 * is of no use any more.
 *
 * @param {unknown} error
 */
function told(error) {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), fatal: false };
  const { name, message, cause } = error;
  return { name, message, fatal: cause instanceof WebAssembly.RuntimeError || cause instanceof RangeError };
}

/**
 * An engine compiles in haste what runs for the first time, and once more with care what has run often. So the module works
 * a little before it is needed: a file is then not checked by what was made in haste.
 */
async function warmUp() {
  const [header, row] = template('csv', 'en').split('\n');
  const behindKey = row.slice(row.indexOf(','));
  const rows = Array.from({ length: WARMING_ROWS }, (_, number) => `${number}${behindKey}`);
  const checker = await Checker.open(new Blob([[header, ...rows].join('\n')]));
  try {
    await checker.check({ signal: warming.signal });
  } finally {
    checker.free();
  }
}

addEventListener('message', async ({ data, ports }) => {
  if (data.side !== undefined) {
    sides.get(data.side)?.end();
    if (data.here) sides.set(data.side, new SidePort(ports[0]));
    else sides.delete(data.side);
    return;
  }
  if (data.cancel !== undefined) {
    cancellable.get(data.cancel)?.abort();
    return;
  }
  if (data.method === 'open') warming.abort();
  try {
    postMessage({ id: data.id, result: await METHODS[data.method](data) });
  } catch (error) {
    postMessage({ id: data.id, error: told(error) });
  }
});

const compiled = Promise.resolve(wasmBytes).then((bytes) => WebAssembly.compile(bytes));

init(compiled, { workbooks: workbookBytes }).then(
  async () => {
    readyAt = performance.now();
    postMessage({ ready: true, module: await compiled });
    // Where it fails, or has to end, the first file is checked all the same.
    warmUp().catch(() => {});
  },
  (error) => postMessage({ ready: false, reason: String(error?.message ?? error) }),
);
