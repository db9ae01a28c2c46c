// What does the reader want to have mended in a file?
// Kept in memory until the mended file is made: kinds of fixes that are certain, and texts for single cells.

/** @typedef {import('intake-wasm').Mending} CoreMending */
/** @typedef {import('intake-wasm').CellEdit} CellEdit */
/** @typedef {import('intake-wasm').Verdict} Verdict */

export class Mending extends EventTarget {
  constructor() {
    super();
    /** Is every fix taken that is certain? */
    this.all = false;
    /** Kinds of findings whose certain fixes are taken, by code and field. @type {Map<string, { code: string, field: string }>} */
    this.kinds = new Map();
    /** Texts for single cells, by row and column. @type {Map<string, CellEdit>} */
    this.edits = new Map();
  }

  /** @param {boolean} taken */
  takeAll(taken) {
    this.all = taken;
    if (!taken) this.kinds.clear();
    this.changed();
  }

  /**
   * @param {string} code
   * @param {string} field
   * @param {boolean} taken
   */
  takeKind(code, field, taken) {
    const key = `${code} ${field}`;
    if (taken) this.kinds.set(key, { code, field });
    else this.kinds.delete(key);
    this.changed();
  }

  /**
   * @param {string} code
   * @param {string} field
   */
  takes(code, field) {
    return this.all || this.kinds.has(`${code} ${field}`);
  }

  /** @param {CellEdit} edit */
  edit(edit) {
    this.edits.set(`${edit.row} ${edit.column}`, edit);
    this.changed();
  }

  /**
   * @param {number} row
   * @param {number} column
   */
  drop(row, column) {
    this.edits.delete(`${row} ${column}`);
    this.changed();
  }

  /**
   * @param {number} row
   * @returns {CellEdit[]}
   */
  ofRow(row) {
    return [...this.edits.values()].filter((edit) => edit.row === row);
  }

  /** Is there anything to mend? */
  get some() {
    return this.all || this.kinds.size > 0 || this.edits.size > 0;
  }

  /** @returns {CoreMending} */
  get core() {
    return { safe: this.all ? 'all' : [...this.kinds.values()], edits: [...this.edits.values()] };
  }

  changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/**
 * How many findings of a file say what would stand in the cell instead: for certain, and likely.
 *
 * @param {Verdict} verdict
 */
export function fixesOf(verdict) {
  const sum = (/** @type {'safe' | 'likely'} */ kind) => verdict.groups.reduce((total, group) => total + group.fixes[kind], 0);
  return { safe: sum('safe'), likely: sum('likely') };
}
