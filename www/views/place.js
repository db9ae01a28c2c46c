// How is the place of a finding said?
// As the partner's spreadsheet shows it: row number, column letter and header. A file that no spreadsheet opens has no cells;
// there the number of the record and the line are the place.

import { make } from '../dom/make.js';

/** @typedef {import('../words/speech.js').Speech} Speech */
/** @typedef {import('../check/files.js').FindingItem} FindingItem */

/**
 * The number that a row is looked up by.
 *
 * @param {{ row: number | null, line: number | null, sheetRow?: number | null }} item
 */
export function rowNumber(item) {
  return item.sheetRow ?? item.row ?? item.line;
}

/**
 * The column's letter and header as small parts of a line; nothing where no column is meant.
 *
 * @param {{ columnLetter?: string | null, header?: string | null, field?: string | null }} item
 * @returns {Node[]}
 */
export function columnParts({ columnLetter, header, field }) {
  const name = header ?? field;
  return [
    ...(columnLetter ? [make('span', { class: 'letter' }, columnLetter)] : []),
    ...(name ? [make('span', { class: 'header' }, name)] : []),
  ];
}

/**
 * A value as it stands in the file, with its spaces.
 *
 * @param {Speech} speech
 * @param {string | null | undefined} value
 */
export function valueOf(speech, value) {
  if (value === null || value === undefined) return '';
  if (value === '') return make('span', { class: 'empty' }, speech.text('empty_value'));
  return make('code', { class: 'value' }, value);
}
