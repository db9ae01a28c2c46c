// Which kinds of findings are there, how often, and where first? Each kind opens to all of its findings.

import { make, freshId, say } from '../dom/make.js';
import { icon } from '../dom/icon.js';
import { columnParts, rowNumber } from './place.js';
import { reasons } from './record.js';
import { SEVERITIES, severityBadge } from './severity.js';
import { findingsBrowser } from './findings_list.js';
import { groupFixes } from './mending.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {import('../check/files.js').Verdict} Verdict */
/** @typedef {Verdict['groups'][number]} Group */

/** Places named in a closed group. */
const FIRST = 3;

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Verdict} verdict
 */
export function groupsView(context, file, verdict) {
  const { text } = context.speech;
  /** @type {Set<{ close: () => void }>} */
  const open = new Set();
  const weight = (/** @type {Group} */ group) => SEVERITIES.indexOf(group.severity);
  // Within a severity the order stays: the most frequent first.
  const groups = [...verdict.groups].sort((one, other) => weight(one) - weight(other));
  const element = make(
    'table',
    { class: 'groups', role: 'table' },
    make(
      'thead',
      { role: 'rowgroup' },
      make(
        'tr',
        { role: 'row' },
        [text('group_what'), text('group_column'), text('group_count'), text('group_first')].map((title, place) =>
          make('th', { scope: 'col', role: 'columnheader', class: place === 2 && 'numbers' }, title),
        ),
      ),
    ),
    groups.map((group) => groupRows(context, file, group, open)),
  );
  return {
    element,
    close() {
      for (const browser of open) browser.close();
    },
  };
}

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Group} group
 * @param {Set<{ close: () => void }>} open
 */
function groupRows(context, file, group, open) {
  const { speech } = context;
  const id = freshId('group');
  const panel = make('div', { class: 'panel' }, reasons(context, group), groupFixes(context, file, group));
  const panelRow = make(
    'tr',
    { role: 'row', class: 'panel-row', id, hidden: true },
    make('td', { role: 'cell', colspan: '4' }, panel),
  );
  /** @type {ReturnType<typeof findingsBrowser> | undefined} */
  let browser;
  const button = make(
    'button',
    { type: 'button', class: 'opener', 'aria-expanded': 'false', 'aria-controls': id },
    icon('open'),
    severityBadge(speech, group.severity),
    make('span', { class: 'what' }, speech.of(group.what)),
  );
  const toggle = () => {
    const opens = Boolean(panelRow.hidden);
    panelRow.hidden = !opens;
    button.setAttribute('aria-expanded', String(opens));
    body.classList.toggle('opened', opens);
    if (!opens || browser) return;
    browser = findingsBrowser(context, file, queryOf(group), true);
    open.add(browser);
    panel.append(browser.element);
    browser.start();
  };
  const first = make('td', { role: 'cell', class: 'first' });
  const row = make(
    'tr',
    { role: 'row', class: 'group' },
    make('th', { role: 'rowheader', scope: 'row' }, button),
    make('td', { role: 'cell', class: 'column' }, columnParts(group)),
    make('td', { role: 'cell', class: 'numbers' }, speech.number(group.count)),
    first,
  );
  tellFirst(context, file, group, first);
  // The whole row opens the group; the button is the way there for keys and screen readers.
  row.addEventListener('click', toggle);
  const body = make('tbody', { role: 'rowgroup' }, row, panelRow);
  return body;
}

/**
 * Names the first places as the spreadsheet shows them. Only the findings themselves know that: a cell with line breaks takes
 * several lines of the file and one row of the spreadsheet.
 *
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Group} group
 * @param {HTMLElement} cell
 */
async function tellFirst({ speech }, file, group, cell) {
  if (group.first.every((place) => place.row === null)) return;
  const { items } = await file.findings(queryOf(group), 0, FIRST).catch(() => ({ items: [] }));
  const named = items.flatMap((item) => rowNumber(item) ?? []).map((number) => speech.number(number));
  const more = group.count > named.length && named.length > 0 ? ` ${speech.text('group_more')}` : '';
  say(cell, `${named.join(', ')}${more}`);
}

/**
 * @param {Group} group
 * @returns {import('../check/files.js').FindingsQuery}
 */
function queryOf(group) {
  return {
    code: group.code,
    field: group.field,
    ...(group.column === null ? {} : { column: group.column }),
  };
}
