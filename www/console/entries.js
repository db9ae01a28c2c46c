// How does an entry of the log look?
// What was decided, of which order, where it came from, and either field by field what changed or why not.

import { make } from '../dom/make.js';
import { changesTable, didBadge, exactly, link, orderPath, valueText } from './parts.js';

/** @typedef {import('./speech.js').Speech} Speech */
/** @typedef {import('./shapes.js').Entry} Entry */

/**
 * @param {Speech} speech
 * @param {Entry[]} entries
 * @param {string} label what the list is
 */
export function entriesList(speech, entries, label) {
  return make('ul', { class: 'entries', 'aria-label': label }, entries.map((entry) => entryItem(speech, entry)));
}

/** @param {Speech} speech @param {Entry} entry */
function entryItem(speech, entry) {
  const { text } = speech;
  const place = [
    entry.row === null ? '' : text('row_n', { n: entry.row }),
    entry.line === null ? '' : text('line_n', { n: entry.line }),
  ].filter(Boolean);
  return make(
    'li',
    { class: `entry ${entry.success ? '' : 'failed'}` },
    make(
      'p',
      { class: 'entry-head' },
      didBadge(speech, entry.decision),
      entry.externalSystemId
        ? link(orderPath(entry.externalSystemId), entry.externalSystemId, 'key')
        : make('span', { class: 'faint' }, text('no_key')),
      make('span', { class: 'faint offer' }, entry.plenigoOfferId ?? ''),
      exactly(speech, entry.time),
    ),
    ...(entry.success ? [taken(speech, entry)] : whyNot(speech, entry)),
    make(
      'p',
      { class: 'entry-foot faint' },
      entry.partner,
      ' · ',
      link(`/files/${entry.importId}`, entry.file || text('import_n', { id: entry.importId })),
      place.length > 0 && ` · ${place.join(', ')}`,
      ` · ${text('entry_n', { n: entry.logId })}`,
    ),
  );
}

/** @param {Speech} speech @param {Entry} entry */
function taken(speech, { decision, changes }) {
  if (changes.length === 0) return make('p', { class: 'faint' }, speech.text('no_changes'));
  if (decision !== 'create') return changesTable(speech, changes);
  const given = changes.filter(({ field }) => field !== 'externalSystemId' && field !== 'plenigoOfferId');
  return make('p', { class: 'faint given' }, given.map((change) => `${change.field}: ${valueText(speech, change.new)}`).join(', '));
}

/** @param {Speech} speech @param {Entry} entry */
function whyNot(speech, { errorCode, errorReason, errorDetail }) {
  const errors = (errorDetail?.findings ?? []).filter((finding) => finding.severity === 'error');
  const reasons = errors.map((finding) => speech.of(finding.message));
  if (reasons.length === 0) reasons.push(errorReason ?? errorDetail?.message ?? '');
  return reasons.map((reason, index) =>
    make('p', { class: 'why' }, index === 0 && errorCode ? make('code', {}, String(errorCode)) : null, index === 0 && errorCode ? ' ' : null, reason),
  );
}
