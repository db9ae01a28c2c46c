// How does one finding look, with the row as the partner wrote it?
// The row is drawn as a piece of the spreadsheet, with its letters and its number, and the cell concerned marked in it.

import { make } from '../dom/make.js';
import { editRow } from './edit_row.js';
import { fixOf, isMendable } from './mending.js';
import { columnParts, rowNumber, valueOf } from './place.js';
import { severityBadge } from './severity.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {import('../check/files.js').FindingItem} FindingItem */
/** @typedef {import('../check/files.js').RecordText} RecordText */

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {FindingItem} item
 */
export async function findingDetail(context, file, item) {
  const record = item.row ? await file.record(item.row) : null;
  const title = placeTitle(context, item, record);
  const fix = fixOf(context, file, item);
  const edit = record && isMendable(file.verdict) ? editRow(context, file, record, item) : undefined;
  return {
    title,
    content: [
      make('p', { class: 'kicker' }, title),
      make('h4', {}, severityBadge(context.speech, item.severity), ' ', context.speech.of(item.what)),
      placeLine(context, item, record),
      ...(fix ? [fix] : []),
      reasons(context, item),
      ...(record ? recordParts(context, record, [item]) : []),
      ...(edit ? [edit] : []),
    ],
  };
}

/**
 * Why, what to do, and the platform's own number for the matter.
 *
 * @param {Context} context
 * @param {{ why: { de: string, en: string }, todo: { de: string, en: string }, upstreamCode?: number | null }} item
 */
export function reasons({ speech }, item) {
  const { text, of } = speech;
  return make(
    'dl',
    { class: 'reasons' },
    make('div', {}, make('dt', {}, text('why')), make('dd', {}, of(item.why))),
    make('div', { class: 'todo' }, make('dt', {}, text('todo')), make('dd', {}, of(item.todo))),
    item.upstreamCode
      ? make('div', {}, make('dt', {}, text('upstream')), make('dd', {}, String(item.upstreamCode)))
      : undefined,
  );
}

/**
 * The record as a row and as text; a record whose form is broken has no cells.
 *
 * @param {Context} context
 * @param {RecordText} record
 * @param {Pick<FindingItem, 'column' | 'field' | 'severity'>[]} findings
 */
export function recordParts(context, record, findings) {
  const isBroken = record.cells.length === 0;
  return [...(isBroken ? [] : [strip(context, record, findings)]), raw(context, record, isBroken)];
}

/**
 * A piece of the spreadsheet: letters, headers, the row.
 *
 * @param {Context} context
 * @param {RecordText} record
 * @param {Pick<FindingItem, 'column' | 'field' | 'severity'>[]} findings
 */
function strip({ speech }, record, findings) {
  const { text } = speech;
  // In JSON a value is found by its field, in a spreadsheet by its column.
  const severityOf = (/** @type {RecordText['cells'][number]} */ { column, field }) =>
    findings.find((finding) => (column ? finding.column === column : finding.field !== null && finding.field === field))?.severity;
  const letters = record.cells.some((cell) => cell.letter);
  return make(
    'figure',
    { class: 'record' },
    make('figcaption', {}, text('record_table')),
    make(
      'div',
      { class: 'strip', tabindex: '0', role: 'group', 'aria-label': text('record_table') },
      make(
        'table',
        {},
        make(
          'thead',
          {},
          letters &&
            make(
              'tr',
              { class: 'letters' },
              make('td', {}),
              record.cells.map((cell) => make('th', { scope: 'col' }, cell.letter)),
            ),
          make(
            'tr',
            { class: 'headers' },
            make('th', { scope: 'row' }, letters ? '1' : ''),
            record.cells.map((cell) => make('th', { scope: 'col' }, cell.header ?? '')),
          ),
        ),
        make(
          'tbody',
          {},
          make(
            'tr',
            {},
            make('th', { scope: 'row' }, speech.number(rowNumber(record) ?? record.row)),
            record.cells.map((cell) => {
              const severity = severityOf(cell);
              return make(
                'td',
                { class: severity && `marked ${severity}` },
                cell.text === '' ? make('span', { class: 'empty' }, text('empty_value')) : cell.text,
                severity && make('span', { class: 'unseen' }, ` (${text('marked_cell')})`),
              );
            }),
          ),
        ),
      ),
    ),
  );
}

/**
 * @param {Context} context
 * @param {RecordText} record
 * @param {boolean} open
 */
function raw({ speech }, record, open) {
  return make(
    'details',
    { class: 'raw', open },
    make('summary', {}, speech.text('record_raw')),
    make('pre', { tabindex: '0' }, record.raw),
  );
}

/**
 * @param {Context} context
 * @param {FindingItem} item
 * @param {RecordText | null} record
 */
function placeTitle({ speech }, item, record) {
  const number = rowNumber(record ?? item);
  if (number === null || number === undefined) return speech.text('about_file');
  const row = speech.text('sheet_row', { n: number });
  return item.columnLetter ? `${row} · ${speech.text('sheet_cell', { cell: `${item.columnLetter}${number}` })}` : row;
}

/**
 * @param {Context} context
 * @param {FindingItem} item
 * @param {RecordText | null} record
 */
function placeLine({ speech }, item, record) {
  const { text } = speech;
  const row = record?.row ?? item.row;
  const line = record?.line ?? item.line;
  return make(
    'p',
    { class: 'place' },
    columnParts(item),
    item.value !== null && item.value !== undefined && valueOf(speech, item.value),
    row && make('span', {}, text('record_number', { n: row })),
    line && make('span', {}, text('file_line', { n: line })),
  );
}
