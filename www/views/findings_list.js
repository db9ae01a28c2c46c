// Which findings are there, one by one?

import { fill } from '../dom/make.js';
import { Browser } from './browser.js';
import { columnParts, rowNumber, valueOf } from './place.js';
import { findingDetail } from './record.js';
import { severityBadge } from './severity.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {import('../check/files.js').FindingItem} FindingItem */
/** @typedef {import('../check/files.js').FindingsQuery} FindingsQuery */

/**
 * A list of findings beside the one that is looked at. Findings of one kind need no column and severity in each row.
 *
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {FindingsQuery} query
 * @param {boolean} oneKind
 */
export function findingsBrowser(context, file, query, oneKind) {
  const { speech } = context;
  const { text } = speech;
  const columns = [
    { name: 'row-number', title: text('finding_row') },
    ...(oneKind ? [] : [{ name: 'severity', title: text('finding_severity') }]),
    ...(oneKind ? [] : [{ name: 'column', title: text('finding_column') }]),
    { name: 'what', title: text('finding_what') },
    { name: 'cell-value', title: text('finding_value') },
  ];
  return /** @type {Browser<FindingItem, FindingsQuery>} */ (
    new Browser(
      context,
      {
        label: text('findings'),
        kind: oneKind ? 'findings-of-kind' : 'findings-all',
        columns,
        draw(item, cells) {
          const number = rowNumber(item);
          fill(cells[0], number ? speech.number(number) : '–');
          if (!oneKind) {
            fill(cells[1], severityBadge(speech, item.severity));
            fill(cells[2], columnParts(item));
          }
          fill(cells[cells.length - 2], speech.of(item.what));
          fill(cells[cells.length - 1], valueOf(speech, item.value));
        },
        ask: (asked, from, count) => file.findings(asked, from, count),
        detail: (item) => findingDetail(context, file, item),
        count(total, complete) {
          if (!complete) return text('matches_so_far', { n: total });
          return total === 0 ? text('matches_none') : text('matches', { n: total });
        },
        pick: text('pick_finding'),
      },
      query,
    )
  );
}
