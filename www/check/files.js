// Which files are there, and what is known of each?
// Files are checked one after another in the order in which they came; a file that is removed or cancelled makes room at
// once. What a file's views ask for is asked here, so that no view knows the worker.

import { workBeside } from './sides.js';
import { Mending } from './mending.js';
import { WorkerClient } from './worker_client.js';

/** @typedef {import('intake-wasm').Verdict} Verdict */
/** @typedef {import('intake-wasm').Progress} Progress */
/** @typedef {import('intake-wasm').FindingsQuery} FindingsQuery */
/** @typedef {import('intake-wasm').RowsQuery} RowsQuery */
/** @typedef {import('intake-wasm').FindingItem} FindingItem */
/** @typedef {import('intake-wasm').PlanRow} PlanRow */
/** @typedef {import('intake-wasm').RecordText} RecordText */
/** @typedef {import('intake-wasm').FieldInfo} FieldInfo */
/** @typedef {import('intake-wasm').CellEdit} CellEdit */
/** @typedef {import('intake-wasm').Attempt} Attempt */
/** @typedef {'waiting' | 'running' | 'done' | 'cancelled' | 'failed'} State */
/**
 * @typedef {object} Basis
 * @property {object} [profile]
 * @property {File} [snapshot]
 * @property {Record<string, string>} [mapping] headers and the field that each means, as the reader has confirmed
 */
/** @typedef {'corrections' | 'report' | 'plan' | 'fixed'} ExportKind */

export class CheckedFile {
  /**
   * @param {Files} files
   * @param {number} handle
   * @param {File} file
   */
  constructor(files, handle, file) {
    this.files = files;
    this.handle = handle;
    this.file = file;
    this.name = file.name;
    /** @type {State} */
    this.state = 'waiting';
    /** @type {Progress | undefined} */
    this.progress = undefined;
    /** @type {Verdict | undefined} */
    this.verdict = undefined;
    this.reason = '';
    /** Has its verdict been told? */
    this.told = false;
    this.startedAt = 0;
    this.seconds = 0;
    /** When it was checked, in RFC 3339. */
    this.checkedAt = '';
    this.controller = new AbortController();
    /** What the reader wants to have mended. */
    this.mending = new Mending();
  }

  /** Rows per second so far, or of the whole check. */
  get rate() {
    const seconds = this.state === 'running' ? (performance.now() - this.startedAt) / 1000 : this.seconds;
    const rows = this.verdict?.rows ?? this.progress?.rows ?? 0;
    return seconds > 0.05 ? rows / seconds : 0;
  }

  cancel() {
    this.controller.abort();
    if (this.state === 'waiting') {
      this.state = 'cancelled';
      this.files.tell('change', this);
    }
  }

  /**
   * @param {FindingsQuery} query
   * @param {number} from
   * @param {number} count
   * @returns {Promise<{ total: number, complete: boolean, items: FindingItem[] }>}
   */
  findings(query, from, count) {
    return this.ask('findings', { query, from, count });
  }

  /**
   * @param {RowsQuery} query
   * @param {number} from
   * @param {number} count
   * @returns {Promise<{ total: number, complete?: boolean, items: PlanRow[] }>}
   */
  rows(query, from, count) {
    return this.ask('rows', { query, from, count });
  }

  /**
   * @param {number} row
   * @returns {Promise<RecordText | null>} nothing where the file has no such record
   */
  record(row) {
    return this.ask('record', { row });
  }

  /**
   * @param {number} row
   * @param {CellEdit[]} edits
   * @returns {Promise<Attempt | null>} what would be found in the row with these texts in its cells
   */
  attempt(row, edits) {
    return this.ask('attempt', { row, edits });
  }

  /** What is agreed with the partner, the mapping included, as JSON. @returns {Promise<string>} */
  profile() {
    return this.ask('profile', {});
  }

  /**
   * @param {ExportKind} kind
   * @param {object} options
   * @param {import('./worker_client.js').Watch} [watch]
   * @returns {Promise<Blob>}
   */
  export(kind, options, watch) {
    return this.ask('export', { kind, options }, watch);
  }

  /**
   * @param {string} method
   * @param {unknown} args
   * @param {import('./worker_client.js').Watch} [watch]
   */
  ask(method, args, watch) {
    return this.files.worker.call(method, this.handle, args, watch);
  }
}

export class Files extends EventTarget {
  constructor() {
    super();
    this.worker = new WorkerClient();
    const loaded = workBeside(this.worker);
    /** Done when files can be checked and nothing more has to be loaded for it. @type {Promise<unknown>} */
    this.ready = this.worker.ready.then(() => loaded);
    /** @type {CheckedFile[]} */
    this.list = [];
    /** @type {CheckedFile | undefined} */
    this.chosen = undefined;
    /** What is agreed with the partner and what is known of its orders. @type {Basis} */
    this.basis = {};
    /** What the basis comes to, as an empty file shows it. @type {Verdict['plan'] | undefined} */
    this.ground = undefined;
    /** How often the basis has changed. */
    this.foundings = 0;
    /** Done when the last basis that was given has been looked at. @type {Promise<unknown>} */
    this.founding = Promise.resolve();
    this.lastHandle = 0;
    this.busy = false;
  }

  /** @param {Iterable<File>} files */
  add(files) {
    let first;
    for (const file of files) {
      const checked = this.admit(file);
      first ??= checked;
    }
    if (!first) return;
    this.chosen = first;
    this.tell('change', first);
    this.next();
  }

  /**
   * Takes another basis and checks every file again. What is no profile, or no snapshot, is refused and nothing changes.
   *
   * @param {Basis} basis
   */
  async found(basis) {
    this.revive();
    const asked = this.worker.call('ground', 0, basis);
    // A file that comes meanwhile waits, so that it is checked by one basis only.
    this.founding = asked.catch(() => {});
    const ground = await asked;
    this.basis = basis;
    this.ground = ground;
    this.foundings += 1;
    this.restart();
  }

  restart() {
    const all = this.list.map((checked) => checked.file);
    const place = this.chosen ? this.list.indexOf(this.chosen) : 0;
    this.clear();
    this.list = all.map((file) => this.make(file));
    this.chosen = this.list[Math.max(0, place)];
    this.tell('change', this.chosen);
    this.next();
  }

  /**
   * Checks one file again.
   *
   * @param {CheckedFile} checked
   */
  again(checked) {
    const place = this.list.indexOf(checked);
    if (place < 0) return;
    this.close(checked);
    const anew = this.make(checked.file);
    this.list[place] = anew;
    this.choose(anew);
    this.next();
  }

  /** @param {CheckedFile} checked */
  remove(checked) {
    const place = this.list.indexOf(checked);
    if (place < 0) return;
    this.close(checked);
    this.list.splice(place, 1);
    if (this.chosen === checked) this.chosen = this.list[Math.min(place, this.list.length - 1)];
    this.tell('change', this.chosen);
  }

  clear() {
    for (const checked of this.list) this.close(checked);
    this.list = [];
    this.chosen = undefined;
    this.tell('change', undefined);
  }

  /** @param {CheckedFile} checked */
  choose(checked) {
    this.chosen = checked;
    this.tell('change', checked);
  }

  /** Ends the worker; nothing can be checked any more. */
  end() {
    this.worker.stop(new Error('the checker has been closed'));
  }

  /** @returns {Promise<FieldInfo[]>} */
  fields() {
    return this.worker.call('fields', 0);
  }

  /**
   * @param {'csv' | 'ndjson'} format
   * @param {'de' | 'en'} language
   * @returns {Promise<string>}
   */
  template(format, language) {
    return this.worker.call('template', 0, { format, language });
  }

  /** Requests that the worker has made since it was ready. @returns {Promise<number>} */
  requests() {
    return this.worker.call('requests', 0);
  }

  /**
   * @param {'change' | 'progress'} type
   * @param {CheckedFile | undefined} checked
   */
  tell(type, checked) {
    this.dispatchEvent(new CustomEvent(type, { detail: checked }));
  }

  /** A worker that has died is replaced; what it knew of files that were checked is lost, and they can be checked again. */
  revive() {
    if (!this.worker.dead) return;
    this.worker = new WorkerClient();
    workBeside(this.worker);
  }

  /** @param {File} file */
  admit(file) {
    const checked = this.make(file);
    this.list.push(checked);
    return checked;
  }

  /** @param {File} file */
  make(file) {
    this.lastHandle += 1;
    return new CheckedFile(this, this.lastHandle, file);
  }

  /** @param {CheckedFile} checked */
  close(checked) {
    checked.controller.abort();
    // A worker that has died has nothing left to free.
    checked.ask('free', {}).catch(() => {});
  }

  async next() {
    const checked = this.list.find((one) => one.state === 'waiting');
    if (this.busy || !checked) return;
    this.busy = true;
    await this.check(checked);
    this.busy = false;
    this.next();
  }

  /** @param {CheckedFile} checked */
  async check(checked) {
    this.revive();
    checked.state = 'running';
    checked.startedAt = performance.now();
    this.tell('change', checked);
    try {
      await this.worker.ready;
      await this.founding;
      const options = { name: checked.name, ...this.basis };
      checked.startedAt = performance.now();
      await checked.ask('open', { file: checked.file, options });
      checked.verdict = await checked.ask('check', {}, {
        signal: checked.controller.signal,
        progress: (progress) => {
          checked.progress = progress;
          this.tell('progress', checked);
        },
      });
      checked.checkedAt = new Date().toISOString();
      checked.state = 'done';
    } catch (error) {
      const { name, message } = /** @type {Error} */ (error);
      checked.state = name === 'AbortError' || checked.controller.signal.aborted ? 'cancelled' : 'failed';
      checked.reason = message;
    }
    checked.seconds = (performance.now() - checked.startedAt) / 1000;
    this.tell('change', checked);
  }
}
