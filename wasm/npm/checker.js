// How is a file checked from JavaScript? In a page, in a worker, or in Node.
// Everything that is said of a file is said by the module; here bytes are only read and handed on, so that of a file of
// any size only pieces are in memory.

import { default as load, Export, Hasher, Session, SnapshotReader, lastPanic, openWorkbooksBy } from './intake_wasm.js';
import { default as loadWorkbooks, Workbook } from './intake_workbook.js';
import { Parts, eachPiece } from './pieces.js';
import { Sharing } from './sharing.js';

export { BlockChecker, codes, fields, template, version } from './intake_wasm.js';

/** @typedef {import('./intake_wasm.js').InitInput} Source */
/** @typedef {import('./intake_wasm.js').Attempt} Attempt */
/** @typedef {import('./intake_wasm.js').Bilingual} Bilingual */
/** @typedef {import('./intake_wasm.js').CellEdit} CellEdit */
/** @typedef {import('./intake_wasm.js').CodeInfo} CodeInfo */
/** @typedef {import('./intake_wasm.js').FieldInfo} FieldInfo */
/** @typedef {import('./intake_wasm.js').FindingItem} FindingItem */
/** @typedef {import('./intake_wasm.js').FindingsPage} FindingsPage */
/** @typedef {import('./intake_wasm.js').FindingsQuery} FindingsQuery */
/** @typedef {import('./intake_wasm.js').Group} Group */
/** @typedef {import('./intake_wasm.js').Mending} Mending */
/** @typedef {import('./intake_wasm.js').PlanRow} PlanRow */
/** @typedef {import('./intake_wasm.js').Progress} Progress */
/** @typedef {import('./intake_wasm.js').RecordText} RecordText */
/** @typedef {import('./intake_wasm.js').RowsPage} RowsPage */
/** @typedef {import('./intake_wasm.js').RowsQuery} RowsQuery */
/** @typedef {import('./intake_wasm.js').SessionOptions} SessionOptions */
/** @typedef {import('./intake_wasm.js').Snapshot} Snapshot */
/** @typedef {import('./intake_wasm.js').Span} Span */
/** @typedef {import('./sharing.js').Helper} Helper */
/** @typedef {import('./intake_wasm.js').Verdict} Verdict */

/**
 * @typedef {object} Options
 * @property {string} [name] the file's name in reports; by default its own
 * @property {string} [now] what "past" and "future" are held against, in RFC 3339; by default the machine's clock
 * @property {object} [profile] what is agreed with the partner, as `intake profile` writes it; by default the snapshot's
 * @property {Record<string, string>} [mapping] headers that mean a field, or `ignore`, besides what the profile says
 * @property {Blob} [snapshot] the partner's orders, as `intake snapshot` writes them; without it only what the file itself
 *   tells is found
 * @property {(file: Blob, signal?: AbortSignal) => Promise<Uint8Array>} [hash] finds out the file's SHA-256 beside the check, by
 *   `sha256` in another worker say; by default, and where it fails, the check does so itself
 * @property {Helper[]} [helpers] others that look at parts of a large file, by a `BlockChecker` in another worker say; what they
 *   do not do the check does itself
 */

/**
 * @typedef {object} Watch
 * @property {(progress: Progress) => void} [progress] called after each piece of the file
 * @property {AbortSignal} [signal] stops the work, which then fails with the signal's reason
 */

/** @typedef {'report' | 'plan' | 'corrections' | 'fixed'} ExportKind */

/** So many bytes of a file that is text are given at once: they stay in a processor's cache while they are looked at. */
const TEXT_STEP = 512 << 10;

/** So many bytes of a file that is no text are given at once. */
const STEP = 64 << 10;

/** After so many blocks that come out of a workbook others have their turn. */
const STEPS_AT_ONCE = 8;

/** So long a search reads on before it tells what it has found, in milliseconds. */
const SEARCH_SLICE = 100;

/** @type {Promise<unknown> | undefined} */
let loading;

/** The module's memory. @type {WebAssembly.Memory} */
let memory;

/** Gives the bytes of the module that reads workbooks, or says where they are. @type {() => Source | Promise<Source>} */
let workbookSource = () => besideThisFile('intake_workbook_bg.wasm');

/** @type {Promise<unknown> | undefined} */
let loadingWorkbooks;

/**
 * Loads the module, once; later calls wait for the first.
 *
 * @param {Source | Promise<Source>} [wasm] its bytes, or where they are; by default the file beside this one
 * @param {object} [more]
 * @param {() => Source | Promise<Source>} [more.workbooks] the same for the module that reads workbooks; asked for only when
 *   a file is one
 * @returns {Promise<void>}
 */
export async function init(wasm, { workbooks } = {}) {
  if (workbooks !== undefined) workbookSource = workbooks;
  loading ??= loaded(wasm);
  try {
    await loading;
  } catch (error) {
    // What could not be loaded now may be there for the next call.
    loading = undefined;
    throw error;
  }
}

/** One file: first checked as a whole, then looked into at any place. */
export class Checker {
  /**
   * @param {Blob} file
   * @param {Options} [options]
   * @returns {Promise<Checker>}
   */
  static async open(file, options = {}) {
    if (loading === undefined) throw new Error('`init` must be called first');
    await loading;
    const snapshot = options.snapshot && (await snapshotOf(options.snapshot));
    return new Checker(file, options, snapshot);
  }

  /**
   * @param {Blob} file
   * @param {Options} options
   * @param {Snapshot} [snapshot]
   */
  constructor(file, { name, now, profile, mapping, hash, helpers = [] }, snapshot) {
    /** @private */
    this.file = file;
    /** @private */
    this.options = {
      name: name ?? nameOf(file),
      total: file.size,
      now: now ?? new Date().toISOString(),
      ...(profile === undefined ? {} : { profile: JSON.stringify(profile) }),
      ...(mapping === undefined ? {} : { mapping }),
    };
    /** @private */
    this.hash = hash;
    /** @private */
    this.helpers = helpers;
    /** @private */
    this.snapshot = snapshot;
    /** @private @type {Session | undefined} */
    this.session = undefined;
    /** @private @type {Verdict | undefined} */
    this.known = undefined;
    /** The file's text, of which spans are: the file itself where it is text in UTF-8. @private @type {Blob} */
    this.text = file;
    /** What was asked before is answered before. @private @type {Promise<unknown>} */
    this.turn = Promise.resolve();
  }

  /**
   * Reads the whole file and says what it comes to.
   *
   * @param {Watch} [watch]
   * @returns {Promise<Verdict>}
   */
  check(watch = {}) {
    return this.inTurn(async () => {
      this.free();
      const { file } = this;
      if (await mayBeWorkbook(file)) await workbooksLoaded();
      const hash = this.hash?.(file, watch.signal);
      // Where the check fails first, nobody waits for it any more.
      hash?.catch(() => {});
      const options = { ...this.options, identifiedElsewhere: hash !== undefined };
      const session = called(() => new Session(options, this.snapshot?.share()));
      this.session = session;
      const made = new Parts();
      const takeText = () => {
        const text = called(() => session.takeText());
        if (text === undefined) return false;
        made.add(text);
        return true;
      };
      const sharing = new Sharing(session, this.helpers, called, memory);
      try {
        let isText = false;
        await eachPiece(file, watch.signal, async (bytes) => {
          for (let at = 0, step = 0; at < bytes.length; at += step) {
            // Of a packed file much may come out of little.
            step = isText ? TEXT_STEP : STEP;
            called(() => session.push(bytes.subarray(at, at + step)));
            isText = !takeText();
            sharing.step(options, bytes.subarray(at, at + step));
          }
          await sharing.piece();
          watch.progress?.(called(() => session.progress()));
        });
        for (let step = 1; called(() => session.readOn()); step += 1) {
          takeText();
          if (step % STEPS_AT_ONCE > 0) continue;
          watch.progress?.(called(() => session.progress()));
          // Whoever wants to stop is heard in between.
          await new Promise((resolve) => setTimeout(resolve));
          watch.signal?.throwIfAborted();
        }
        await sharing.end(watch.signal);
      } finally {
        sharing.over();
      }
      if (hash === undefined) {
        called(() => session.endOfFile());
      } else {
        const found = await hash.catch(() => sha256(file, watch.signal));
        called(() => session.endOfFileOf(found, file.size));
      }
      takeText();
      const { unchanged } = session;
      if (unchanged !== undefined) this.text = new Blob([file.slice(0, unchanged), made.blob('')]);
      for (;;) {
        const span = called(() => session.wanted());
        if (span === undefined) break;
        await this.give(session, span);
        watch.signal?.throwIfAborted();
      }
      const verdict = called(() => session.verdict());
      if (verdict === undefined) throw new Error('the file has no verdict');
      this.known = verdict;
      return verdict;
    });
  }

  /**
   * The findings that fit, from one on, so many. A search for text says what it has found so far; asked again, it goes on.
   *
   * @param {FindingsQuery} query
   * @param {number} from
   * @param {number} count
   * @returns {Promise<FindingsPage>}
   */
  findings(query, from, count) {
    return this.inTurn(async () => {
      const session = this.checked();
      await this.search(session, query.text, () => session.unseen(query));
      return this.answer(session, () => session.findings(query, from, count));
    });
  }

  /**
   * The lines of the plan that fit, from one on, so many.
   *
   * @param {RowsQuery} query
   * @param {number} from
   * @param {number} count
   * @returns {Promise<RowsPage>}
   */
  rows(query, from, count) {
    return this.inTurn(async () => {
      const session = this.checked();
      await this.search(session, query.text, () => session.unseenRows(query));
      return this.answer(session, () => session.rows(query, from, count));
    });
  }

  /**
   * A record as the partner wrote it; nothing where the file has none of this number.
   *
   * @param {number} row
   * @returns {Promise<RecordText | null>}
   */
  record(row) {
    return this.inTurn(() => {
      const session = this.checked();
      return this.answer(session, () => session.record(row));
    });
  }

  /**
   * What would be found in a record with other texts in its cells; nothing where the file has none of this number, or no
   * columns. What the record says together with others is not among it.
   *
   * @param {number} row
   * @param {CellEdit[]} edits
   * @returns {Promise<Attempt | null>}
   */
  attempt(row, edits) {
    return this.inTurn(() => {
      const session = this.checked();
      return this.answer(session, () => session.attempt(row, edits));
    });
  }

  /**
   * What is agreed with the partner, the mapping included, as JSON that a profile is read from.
   *
   * @returns {string}
   */
  profile() {
    return called(() => this.checked().profile());
  }

  /**
   * Reads the file once more and makes of it what can be taken away.
   *
   * @param {ExportKind} kind the report and the plan as the command line writes them, the wrong rows to be mended, or the whole file
   *   with its cells mended
   * @param {{mending?: Mending}} [options] which cells are mended; by default those whose fix is certain
   * @param {Watch} [watch]
   * @returns {Promise<Blob>}
   */
  async export(kind, { mending } = {}, watch = {}) {
    const session = this.checked();
    const pass = called(() => new Export(session, kind, mending));
    try {
      const parts = new Parts();
      const { known } = this;
      let bytes = 0;
      await eachPiece(this.file, watch.signal, (piece) => {
        if (this.session !== session) throw new Error('the file was let go while it was read');
        parts.add(called(() => pass.push(session, piece)));
        bytes += piece.length;
        const { rows = 0, errors = 0, warnings = 0 } = known ?? {};
        watch.progress?.({ bytes, total: this.file.size, rows, errors, warnings });
      });
      parts.add(called(() => pass.finish(session)));
      const isTable = (kind === 'corrections' || kind === 'fixed') && (this.known?.columns.length ?? 0) > 0;
      const type = isTable ? 'text/csv' : 'application/json';
      return parts.blob(type);
    } finally {
      if (broken === undefined) pass.free();
    }
  }

  /** Lets go of the memory that the file takes; it can be checked again. */
  free() {
    const { session } = this;
    this.session = undefined;
    this.known = undefined;
    this.text = this.file;
    if (broken === undefined) session?.free();
  }

  [Symbol.dispose]() {
    this.free();
  }

  /**
   * Does something after what was asked before is done.
   *
   * @private
   * @template Result
   * @param {() => Result | Promise<Result>} work
   * @returns {Promise<Result>}
   */
  inTurn(work) {
    const done = this.turn.then(work);
    this.turn = done.catch(() => {});
    return done;
  }

  /** @private */
  checked() {
    if (this.session === undefined || this.known === undefined) throw new Error('the file has not been checked');
    return this.session;
  }

  /**
   * @private
   * @param {Session} session
   * @param {Span} span
   */
  async give(session, { block, offset, length }) {
    const bytes = new Uint8Array(await this.text.slice(offset, offset + length).arrayBuffer());
    if (this.session !== session) throw new Error('the file was let go while it was read');
    called(() => session.give(block, bytes));
  }

  /**
   * Asks until the bytes that the answer needs have been given.
   *
   * @private
   * @template Result
   * @param {Session} session
   * @param {() => Result | Span} ask
   * @returns {Promise<Result>}
   */
  async answer(session, ask) {
    for (;;) {
      const answer = called(ask);
      if (!isSpan(answer)) return answer;
      await this.give(session, answer);
    }
  }

  /**
   * Looks for a text for a while; without one everything is known already.
   *
   * @private
   * @param {Session} session
   * @param {string | undefined} text
   * @param {() => Span | undefined} unseen
   */
  async search(session, text, unseen) {
    if (!text?.trim()) return;
    const end = performance.now() + SEARCH_SLICE;
    while (performance.now() < end) {
      const span = called(unseen);
      if (span === undefined) return;
      await this.give(session, span);
    }
  }
}

/**
 * The SHA-256 of a file's bytes.
 *
 * @param {Blob} file
 * @param {AbortSignal} [signal]
 * @returns {Promise<Uint8Array>}
 */
export async function sha256(file, signal) {
  const hasher = called(() => new Hasher());
  try {
    await eachPiece(file, signal, (bytes) => called(() => hasher.push(bytes)));
    return called(() => hasher.finish());
  } finally {
    if (broken === undefined) hasher.free();
  }
}

/**
 * Why the module cannot be used any more. A panic leaves it in the middle of something.
 *
 * @type {Error | undefined}
 */
let broken;

/**
 * Calls the module; where it stops, the error says what it said.
 *
 * @template Result
 * @param {() => Result} call
 * @returns {Result}
 */
function called(call) {
  if (broken !== undefined) throw broken;
  try {
    return call();
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) throw error;
    broken = new Error(`the checker has stopped and must be loaded anew: ${said() ?? error.message}`, { cause: error });
    throw broken;
  }
}

/** What the module said before it stopped, if it still can say it. */
function said() {
  try {
    return lastPanic();
  } catch {
    return undefined;
  }
}

/**
 * The snapshot that was read last. Many files are held against one, and a worker gets a copy of its file with each.
 *
 * @type {{ file: Blob, key: string, snapshot: Promise<Snapshot> } | undefined}
 */
let last;

/** @param {Blob} file */
async function snapshotOf(file) {
  const key = file instanceof File ? `${file.size} ${file.lastModified} ${file.name}` : '';
  const isSame = last !== undefined && (last.file === file || (key !== '' && last.key === key));
  if (!isSame || last === undefined) last = { file, key, snapshot: readSnapshot(file) };
  const { snapshot } = last;
  try {
    return (await snapshot).share();
  } catch (error) {
    if (last?.snapshot === snapshot) last = undefined;
    throw error;
  }
}

/**
 * @param {Blob} file
 * @returns {Promise<Snapshot>}
 */
async function readSnapshot(file) {
  const reader = called(() => new SnapshotReader());
  try {
    const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
    const isPacked = first === 0x1f && second === 0x8b;
    const stream = isPacked ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
    const bytes = stream.getReader();
    for (;;) {
      const { done, value } = await bytes.read();
      if (done) break;
      called(() => reader.push(value));
    }
    return called(() => reader.finish());
  } finally {
    if (broken === undefined) reader.free();
  }
}

/** @param {Source | Promise<Source>} [wasm] */
async function loaded(wasm) {
  ({ memory } = await load({ module_or_path: (await wasm) ?? (await besideThisFile('intake_wasm_bg.wasm')) }));
}

/** Loads the module that reads workbooks, once. */
async function workbooksLoaded() {
  loadingWorkbooks ??= (async () => {
    await loadWorkbooks({ module_or_path: await workbookSource() });
    openWorkbooksBy((length, ...how) => new Workbook(length, ...how));
  })();
  try {
    await loadingWorkbooks;
  } catch (error) {
    loadingWorkbooks = undefined;
    throw error;
  }
}

/** Does the file begin as workbooks do, and as those of long ago? @param {Blob} file */
async function mayBeWorkbook(file) {
  const first = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return [[0x50, 0x4b, 3, 4], [0xd0, 0xcf, 0x11, 0xe0]].some((magic) => magic.every((byte, at) => byte === first[at]));
}

/**
 * @param {string} name
 * @returns {Promise<Source>}
 */
async function besideThisFile(name) {
  const address = new URL(name, import.meta.url);
  if (address.protocol !== 'file:') return address;
  // Node fetches nothing from disk. The name stands apart, so that no bundler for browsers looks for it.
  const files = 'node:fs/promises';
  const { readFile } = await import(/* @vite-ignore */ files);
  return readFile(address);
}

/** @param {Blob} file */
function nameOf(file) {
  return 'name' in file && typeof file.name === 'string' ? file.name : 'file';
}

/**
 * @template Result
 * @param {Result | Span} answer
 * @returns {answer is Span}
 */
function isSpan(answer) {
  return typeof answer === 'object' && answer !== null && 'offset' in answer;
}
