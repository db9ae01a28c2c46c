// What can be printed and passed on? One page without a script: the verdict, every kind of finding with its count, and the first
// findings and changes. How many there are beyond those is said on it; all of them are in the other downloads.

import { make } from '../dom/make.js';
import { rowNumber } from './place.js';
import { decisionName, DECISIONS } from './severity.js';
import { sentenceOf, toneOf } from './verdict.js';
import { PRINTED } from '../style/printed.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {import('../check/files.js').Verdict} Verdict */
/** @typedef {import('../check/worker_client.js').Watch} Watch */
/** @typedef {import('../dom/make.js').Child} Child */

/** Rows of a table, more than which nobody prints. */
const MOST = 1000;
/** Rows asked for at once, so that the page around goes on moving. */
const AT_ONCE = 100;
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Verdict} verdict
 * @param {Watch} watch
 */
export async function printablePage(context, file, verdict, watch) {
  const { speech } = context;
  const { text } = speech;
  const page = document.implementation.createHTMLDocument(`${file.name} – ${text('printed_title')}`);
  page.documentElement.lang = speech.language;
  page.head.append(
    make('meta', { charset: 'utf-8' }),
    make('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
    make('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    make('meta', { name: 'color-scheme', content: 'light dark' }),
  );
  page.body.append(
    make('h1', {}, text('printed_title')),
    make('p', { class: `verdict ${toneOf(verdict)}` }, sentenceOf(speech, verdict)),
  );
  if (verdict.plan.held) page.body.append(make('p', {}, text('verdict_held'), ' ', speech.of(verdict.plan.held)));
  page.body.append(facts(context, file, verdict), counts(context, verdict));
  if (verdict.groups.length > 0) {
    page.body.append(groups(context, verdict), await findings(context, file, watch));
  }
  for (const decision of /** @type {const} */ (['end', 'reactivate', 'payment', 'update'])) {
    if (verdict.plan.counts[decision] > 0) page.body.append(await changes(context, file, decision, watch));
  }
  if (verdict.plan.unknown.length > 0) {
    page.body.append(make('h2', {}, text('plan_unknown')), ...verdict.plan.unknown.map((unknown) => make('p', {}, speech.of(unknown))));
  }
  // This page's policy refuses style in markup, so the other page's is put into its text.
  const [head, body] = page.documentElement.outerHTML.split('</head>', 2);
  return new Blob(['<!doctype html>\n', head, `<style>${PRINTED}</style></head>`, body, '\n'], { type: 'text/html' });
}

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Verdict} verdict
 */
function facts({ speech }, file, verdict) {
  const { text } = speech;
  const pairs = [
    [text('printed_file'), file.name],
    [text('printed_size'), speech.size(verdict.file.bytes)],
    ['SHA-256', verdict.file.sha256],
    [text('printed_checked'), speech.time(file.checkedAt)],
    [text('printed_partner'), verdict.plan.partner],
  ];
  return make(
    'dl',
    {},
    pairs.filter(([, value]) => value).flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]),
  );
}

/**
 * @param {Context} context
 * @param {Verdict} verdict
 */
function counts({ speech }, verdict) {
  const { text } = speech;
  const { plan } = verdict;
  const rows = [
    [text('errors'), verdict.errors],
    [text('warnings'), verdict.warnings],
    [text('notes'), verdict.notes],
    ...(verdict.fileRejected
      ? []
      : DECISIONS.filter((decision) => plan.counts[decision] > 0).map(
          (decision) => /** @type {const} */ ([decisionName(speech, decision, plan.exact), plan.counts[decision]]),
        )),
  ];
  return make(
    'table',
    { class: 'counts' },
    make('tbody', {}, rows.map(([name, count]) => make('tr', {}, make('th', { scope: 'row' }, name), make('td', {}, speech.number(Number(count)))))),
  );
}

/**
 * @param {Context} context
 * @param {Verdict} verdict
 */
function groups({ speech }, verdict) {
  const { text, of } = speech;
  const titles = [text('finding_severity'), text('group_what'), text('group_column'), text('group_count'), text('todo')];
  const rows = verdict.groups.map((group) => [
    text(group.severity),
    of(group.what),
    [group.columnLetter, group.header ?? group.field].filter(Boolean).join(' '),
    speech.number(group.count),
    of(group.todo),
  ]);
  return table(text('grouped'), titles, rows, '');
}

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Watch} watch
 */
async function findings(context, file, watch) {
  const { speech } = context;
  const { text, of } = speech;
  const { items, total } = await first((from, count) => file.findings({}, from, count), watch);
  const titles = [text('finding_row'), text('finding_column'), text('plan_key'), text('finding_what'), text('finding_value')];
  const rows = items.map((item) => [
    shownNumber(context, rowNumber(item)),
    [item.columnLetter, item.header ?? item.field].filter(Boolean).join(' '),
    item.externalSystemId ?? '',
    of(item.what),
    make('code', {}, item.value ?? ''),
  ]);
  return table(text('one_by_one'), titles, rows, beyond(context, items.length, total));
}

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {'end' | 'reactivate' | 'payment' | 'update'} decision
 * @param {Watch} watch
 */
async function changes(context, file, decision, watch) {
  const { speech } = context;
  const { text } = speech;
  const { items, total } = await first((from, count) => file.rows({ decision }, from, count), watch);
  const shown = (/** @type {unknown} */ value) => (value === null ? text('no_value') : [value].flat().join(', '));
  const rows = items.flatMap((row) =>
    row.changes.map((change) => [
      shownNumber(context, rowNumber(row)),
      row.externalSystemId ?? '',
      change.field,
      shown(change.old),
      shown(change.new),
    ]),
  );
  const titles = [text('plan_row'), text('plan_key'), text('change_field'), text('change_old'), text('change_new')];
  return table(decisionName(speech, decision, true), titles, rows, beyond(context, items.length, total));
}

/**
 * The first items, and how many there are.
 *
 * @template Item
 * @param {(from: number, count: number) => Promise<{ total: number, items: Item[] }>} ask
 * @param {Watch} watch
 */
async function first(ask, watch) {
  /** @type {Item[]} */
  const items = [];
  for (;;) {
    watch.signal?.throwIfAborted();
    const page = await ask(items.length, AT_ONCE);
    items.push(...page.items);
    const bytes = items.length;
    const total = Math.min(page.total, MOST);
    watch.progress?.({ bytes, total });
    if (page.items.length === 0 || items.length >= total) return { items, total: page.total };
  }
}

/**
 * @param {Context} context
 * @param {number} shown
 * @param {number} total
 */
function beyond({ speech }, shown, total) {
  return total > shown ? speech.text('printed_more', { shown, total }) : '';
}

/**
 * @param {Context} context
 * @param {number | null | undefined} number
 */
function shownNumber({ speech }, number) {
  return number ? speech.number(number) : '';
}

/**
 * @param {string} caption
 * @param {string[]} titles
 * @param {Child[][]} rows
 * @param {string} note
 */
function table(caption, titles, rows, note) {
  return make(
    'table',
    {},
    make('caption', {}, caption, note && make('small', {}, ` ${note}`)),
    make('thead', {}, make('tr', {}, titles.map((title) => make('th', { scope: 'col' }, title)))),
    make('tbody', {}, rows.map((cells) => make('tr', {}, cells.map((cell) => make('td', {}, cell))))),
  );
}
