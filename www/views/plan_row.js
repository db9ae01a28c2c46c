// What would become of one row? Field by field, old and new side by side.

import { make } from '../dom/make.js';
import { rowNumber } from './place.js';
import { recordParts } from './record.js';
import { decisionBadge, decisionMeans, severityBadge } from './severity.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../words/speech.js').Speech} Speech */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {import('../check/files.js').PlanRow} PlanRow */
/** @typedef {import('./severity.js').Decision} Decision */

/**
 * The changes of a row in one line.
 *
 * @param {Speech} speech
 * @param {PlanRow} row
 */
export function changeText(speech, row) {
  if (row.decision === 'reject') return row.findings.map((finding) => speech.of(finding.message)).join(' ');
  const [first, ...more] = row.changes;
  if (!first) return row.plenigoOfferId ?? '';
  const rest = more.length > 0 ? ` +${speech.number(more.length)}` : '';
  return `${first.field}: ${valueText(speech, first.old)} → ${valueText(speech, first.new)}${rest}`;
}

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {PlanRow} row
 * @param {boolean} exact
 */
export async function planDetail(context, file, row, exact) {
  const { speech } = context;
  const { text } = speech;
  const decision = /** @type {Decision} */ (row.decision);
  const record = row.row ? await file.record(row.row) : null;
  const number = rowNumber(record ?? row);
  const title = number ? text('sheet_row', { n: number }) : nameOf(row);
  return {
    title,
    content: [
      make('p', { class: 'kicker' }, title),
      make('h4', {}, decisionBadge(speech, decision, exact), ' ', nameOf(row)),
      make('p', { class: 'means' }, decisionMeans(speech, decision, exact)),
      ...(row.proposed ? [make('p', { class: 'note-line' }, text('proposed'))] : []),
      ...(row.changes.length > 0 ? [changesTable(speech, row)] : []),
      ...row.findings.map((finding) =>
        make('p', { class: 'finding' }, severityBadge(speech, finding.severity), ' ', speech.of(finding.message)),
      ),
      ...(record ? recordParts(context, record, row.findings) : []),
    ],
  };
}

/** The order, or the customer where it is about one. @param {PlanRow} row */
function nameOf(row) {
  return row.externalSystemId ?? row.customerId ?? '';
}

/**
 * @param {Speech} speech
 * @param {PlanRow} row
 */
function changesTable(speech, row) {
  const { text } = speech;
  return make(
    'table',
    { class: 'changes' },
    make('caption', {}, text('changes')),
    make(
      'thead',
      {},
      make(
        'tr',
        {},
        [text('change_field'), text('change_old'), text('change_new')].map((name) => make('th', { scope: 'col' }, name)),
      ),
    ),
    make(
      'tbody',
      {},
      row.changes.map((change) =>
        make(
          'tr',
          {},
          make('th', { scope: 'row' }, change.field),
          make('td', { class: 'old' }, shown(speech, change.old)),
          make('td', { class: 'new' }, shown(speech, change.new)),
        ),
      ),
    ),
  );
}

/**
 * @param {Speech} speech
 * @param {unknown} value
 */
function shown(speech, value) {
  if (value === null || value === undefined) return make('span', { class: 'empty' }, speech.text('no_value'));
  return make('code', {}, valueText(speech, value));
}

/**
 * @param {Speech} speech
 * @param {unknown} value
 */
function valueText(speech, value) {
  if (value === null || value === undefined) return speech.text('no_value');
  return Array.isArray(value) ? value.join(', ') : String(value);
}
