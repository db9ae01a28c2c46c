// Which small parts are views made of?
// A word stands beside every colour, an exact time behind every rough one, and whatever is drawn anew keeps the focus where it was.

import { make, fill, freshId } from '../dom/make.js';
import { icon } from '../dom/icon.js';
import { DECISIONS } from '../views/severity.js';

/** @typedef {import('./speech.js').Speech} Speech */
/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('./shapes.js').FileShape} FileShape */
/** @typedef {import('../dom/make.js').Child} Child */
/** @typedef {import('../views/severity.js').Decision} Decision */

/** What stands at the head of a view. @param {string} title @param {...(Child | Child[])} beside */
export function viewHead(title, ...beside) {
  return make('div', { class: 'view-head' }, make('h2', { tabindex: '-1' }, title), ...beside);
}

/**
 * How long ago; the exact moment is there for whoever asks.
 *
 * @param {Speech} speech
 * @param {string | null | undefined} moment
 */
export function ago(speech, moment) {
  if (!moment) return make('span', { class: 'faint' }, speech.text('never'));
  return make('time', { datetime: moment, title: speech.moment(moment), 'data-ago': true }, speech.ago(moment));
}

/** The moment to the second. @param {Speech} speech @param {string} moment */
export function exactly(speech, moment) {
  return make('time', { datetime: moment }, speech.moment(moment));
}

/** Says anew how long ago things were. @param {ParentNode} root @param {Speech} speech */
export function ageAll(root, speech) {
  for (const time of root.querySelectorAll('time[data-ago]')) {
    const text = speech.ago(time.getAttribute('datetime') ?? '');
    if (time.textContent !== text) time.textContent = text;
  }
}

/** @type {Record<string, string>} */
const STATE_TONES = { applied: 'good', rejected: 'error', held: 'warning', discarded: 'quiet-tone' };

/** @param {Speech} speech @param {FileShape} file */
export function stateBadge(speech, file) {
  const { text } = speech;
  const tone = STATE_TONES[file.state] ?? 'update';
  const sign = { good: 'good', error: 'error', warning: 'warning' }[tone];
  return make(
    'span',
    { class: `badge ${tone}` },
    sign && icon(/** @type {'good'} */ (sign)),
    text(/** @type {'state_held'} */ (`state_${file.state}`)),
  );
}

/**
 * The counts that there are, what ends or comes back first.
 *
 * @param {Speech} speech
 * @param {Record<string, number> | null} counts
 */
export function countBadges(speech, counts) {
  const told = DECISIONS.filter((decision) => (counts?.[decision] ?? 0) > 0);
  if (told.length === 0) return make('span', { class: 'faint' }, '–');
  return make(
    'span',
    { class: 'counts' },
    told.map((decision) =>
      make('span', { class: `badge decision ${decision}` }, `${speech.page.text(`decision_${decision}`)} `, make('b', {}, speech.number(counts?.[decision] ?? 0))),
    ),
  );
}

/** How far an import is while it is worked on. @param {Speech} speech @param {FileShape} file */
export function progressOf(speech, file) {
  const { rows, nextRow, step } = file;
  if (!file.open || !rows || step !== 'applying') return undefined;
  const words = speech.text('progress_of', { n: nextRow, of: rows });
  return make('progress', { max: rows, value: Math.min(nextRow, rows), 'aria-label': words, title: words });
}

/** The words for a decision that was carried out. @param {Speech} speech @param {string} decision */
export function didBadge(speech, decision) {
  return make(
    'span',
    { class: `badge decision ${decision}` },
    speech.text(/** @type {'did_end'} */ (`did_${decision}`)),
  );
}

const INSTANT = /^\d{4}-\d\d-\d\dT/;

/** A value in words: instants on the reader's own wall, all else as it stands. @param {Speech} speech @param {unknown} value */
export function valueText(speech, value) {
  if (value === null || value === undefined || value === '') return speech.text('no_value');
  if (typeof value === 'string' && INSTANT.test(value)) return speech.moment(value);
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** The same as it is shown. @param {Speech} speech @param {unknown} value */
export function shownValue(speech, value) {
  if (value === null || value === undefined || value === '') return make('span', { class: 'faint' }, speech.text('no_value'));
  if (typeof value === 'string' && INSTANT.test(value)) return make('time', { datetime: value, title: value }, valueText(speech, value));
  return make('code', {}, valueText(speech, value));
}

/**
 * Fields old and new, side by side.
 *
 * @param {Speech} speech
 * @param {import('./shapes.js').Change[]} changes
 */
export function changesTable(speech, changes) {
  const { text } = speech;
  const cell = (/** @type {string} */ name, /** @type {unknown} */ value) => make('td', { class: name }, shownValue(speech, value));
  return make(
    'table',
    { class: 'changes' },
    make('caption', { class: 'unseen' }, text('changes_of')),
    make('thead', {}, make('tr', {}, [text('field'), text('before'), text('after')].map((name) => make('th', { scope: 'col' }, name)))),
    make(
      'tbody',
      {},
      changes.map((change) =>
        make('tr', {}, make('th', { scope: 'row' }, change.field), cell('old', change.old), cell('new', change.new)),
      ),
    ),
  );
}

/** A sentence whose words for a program stand between backticks. @param {string} words */
export function prose(words) {
  return words.split('`').map((part, index) => (index % 2 === 1 ? make('code', {}, part) : part));
}

/** @typedef {{ title: string, kind?: string }} Column */

/**
 * A table that becomes a list of cards where it is narrow: each cell knows the name of its column.
 *
 * @param {string} label
 * @param {Column[]} columns
 */
export function table(label, columns) {
  const body = make('tbody', { role: 'rowgroup' });
  const element = make(
    'table',
    { class: 'rows', role: 'table', 'aria-label': label },
    make(
      'thead',
      { role: 'rowgroup' },
      make('tr', { role: 'row' }, columns.map(({ title, kind }) => make('th', { scope: 'col', role: 'columnheader', class: kind }, title))),
    ),
    body,
  );
  /** @param {(Child | Child[])[]} cells @param {string} [tone] */
  const row = (cells, tone) =>
    make(
      'tr',
      { role: 'row', class: tone },
      cells.map((content, index) =>
        make(
          index === 0 ? 'th' : 'td',
          { role: index === 0 ? 'rowheader' : 'cell', scope: index === 0 && 'row', class: columns[index]?.kind, 'data-label': columns[index]?.title },
          ...[content].flat(),
        ),
      ),
    );
  return { element, body, row };
}

/** A figure with its name. @param {string} name @param {Child} value @param {string} [tone] */
export function figure(name, value, tone = '') {
  return make('div', { class: `figure ${tone}` }, make('dt', {}, name), make('dd', {}, value));
}

/** A card with a heading. @param {string} title @param {...(Child | Child[])} content */
export function card(title, ...content) {
  const id = freshId('card');
  return make('section', { class: 'card', 'aria-labelledby': id }, make('h3', { id }, title), ...content);
}

/** A place of the page. @param {string} path @param {Child | Child[]} content @param {string} [kind] */
export function link(path, content, kind) {
  return make('a', { href: `#${path}`, class: kind }, ...[content].flat());
}

/** Where an order is. @param {string} key */
export function orderPath(key) {
  return `/order/${encodeURIComponent(key)}`;
}

/**
 * Draws something anew; the focus stays on what has the same key, or else goes to the head of the view.
 *
 * @param {Element} parent
 * @param {...(Child | Child[])} children
 */
export function redraw(parent, ...children) {
  const root = /** @type {ShadowRoot | Document} */ (parent.getRootNode());
  const active = root.activeElement;
  const inside = active && parent.contains(active);
  const key = inside ? keyOf(active) : '';
  fill(parent, ...children);
  if (!inside) return;
  for (const one of parent.querySelectorAll('a, button, input, select, [tabindex]')) {
    if (keyOf(one) === key) return /** @type {HTMLElement} */ (one).focus({ preventScroll: true });
  }
  root.querySelector('h2')?.focus({ preventScroll: true });
}

/** @param {Element} element */
function keyOf(element) {
  return element.getAttribute('data-key') ?? element.getAttribute('href') ?? element.getAttribute('name') ?? element.textContent ?? '';
}

/** @param {Speech} speech @param {unknown} error */
export function trouble(speech, error, again = () => {}) {
  const { message } = /** @type {Error} */ (error);
  return make(
    'div',
    { class: 'trouble', role: 'alert' },
    make('p', {}, speech.text('failed', { reason: message })),
    make('button', { type: 'button', class: 'plain', onclick: again }, icon('again'), speech.text('try_again')),
  );
}

/** @param {Speech} speech */
export function loading(speech) {
  return make('p', { class: 'faint loading' }, speech.text('loading'));
}

/** A field under its name. @param {string} title @param {HTMLElement} field @param {string} [kind] */
export function labelled(title, field, kind = '') {
  field.id ||= freshId('field');
  return make('div', { class: `filter ${kind}` }, make('label', { for: field.id }, title), field);
}

/**
 * @param {{ value: string, title: string }[]} choices
 * @param {string} chosen
 * @param {string} name
 */
export function select(choices, chosen, name) {
  return make('select', { name }, choices.map(({ value, title }) => make('option', { value, selected: value === chosen }, title)));
}
