// What does a held plan come to, row by row, and how is it released or discarded?
// Ends and reactivations come first everywhere: they are what a wrong file does harm with.

import { make, fill } from '../dom/make.js';
import { DECISIONS } from '../views/severity.js';
import { changesTable, link, orderPath, valueText } from './parts.js';
import { confirm } from './confirm.js';
import { More } from './more.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('./speech.js').Speech} Speech */
/** @typedef {import('./shapes.js').FileShape} FileShape */
/** @typedef {import('./shapes.js').Row} Row */
/** @typedef {import('../views/severity.js').Decision} Decision */

const SIZE = 50;

/** How the program writes down why a plan is held. */
const BRAKE = /^(ends|updates|rejects): (\d+) of (\d+), more than (\d+) and more than ([\d.]+) %$/;

/** What the brake says, in the reader's language. @param {Speech} speech @param {string} reason */
export function brakeSays(speech, reason) {
  const found = BRAKE.exec(reason);
  if (!found) return reason;
  const [planned, of, count, share] = found.slice(2).map(Number);
  return speech.text(/** @type {'brake_ends'} */ (`brake_${found[1]}`), { planned, of, count, share });
}

/** What a release does, in sentences. @param {Speech} speech @param {Record<string, number> | null} counts */
export function willHappen(speech, counts) {
  const told = DECISIONS.filter((decision) => (counts?.[decision] ?? 0) > 0);
  return make(
    'ul',
    { class: 'will' },
    told.map((decision) => make('li', { class: decision }, speech.text(`will_${decision}`, { n: counts?.[decision] ?? 0 }))),
  );
}

/**
 * The buttons with which a held plan is decided; none for who only reads.
 *
 * @param {Context} context
 * @param {HTMLElement} near where the question is put
 * @param {FileShape} file
 */
export function actionsOf(context, near, file) {
  const { speech, session } = context;
  const { text } = speech;
  if (!session.mayAct) return [make('span', { class: 'faint' }, text('only_reads_what'))];
  const button = (/** @type {string} */ kind, /** @type {string} */ words, /** @type {() => void} */ onclick) =>
    make('button', { type: 'button', class: kind, 'data-key': `${words}${file.importId}`, 'aria-label': `${words} ${file.file}`, onclick }, words);
  return [
    button('strong', text('release'), () => askToRelease(context, near, file)),
    button('plain', text('discard'), () => askToDiscard(context, near, file)),
  ];
}

/** @param {Context} context @param {HTMLElement} near @param {FileShape} file */
function askToRelease(context, near, file) {
  const { speech, api } = context;
  const { text } = speech;
  const risky = (file.counts?.end ?? 0) + (file.counts?.reactivate ?? 0) > 0;
  confirm(context, near, {
    title: text('release_title'),
    content: [
      make('p', { class: 'held' }, brakeSays(speech, file.reason ?? '')),
      make('p', {}, text('release_will', { file: file.file, partner: file.partner })),
      willHappen(speech, file.counts),
    ],
    yes: text('release_do'),
    tone: risky ? 'danger' : '',
    act: async () => {
      const { outcome } = await api.post(`/files/${file.importId}/release`, { changed: file.changed });
      const words = { done: 'released', working: 'released_working', heldAgain: 'released_again' };
      context.announce(text(/** @type {'released'} */ (words[/** @type {'done'} */ (outcome)])));
      context.look();
    },
  });
}

/** @param {Context} context @param {HTMLElement} near @param {FileShape} file */
function askToDiscard(context, near, file) {
  const { speech, api } = context;
  const { text } = speech;
  confirm(context, near, {
    title: text('discard_title'),
    content: [make('p', {}, text('discard_will', { file: file.file, partner: file.partner, n: file.rows ?? 0 }))],
    yes: text('discard_do'),
    tone: 'danger',
    act: async () => {
      await api.post(`/files/${file.importId}/discard`, { changed: file.changed });
      context.announce(text('discarded'));
      context.look();
    },
  });
}

/**
 * The rows of a held plan, one decision at a time.
 *
 * @param {Context} context
 * @param {FileShape} file
 */
export function planRows(context, file) {
  const { speech, api } = context;
  const { text } = speech;
  const told = DECISIONS.filter((decision) => decision !== 'createCustomer' && (file.counts?.[decision] ?? 0) > 0);
  const rows = make('div', { class: 'plan-rows-shown' });
  /** @type {More<Row> | undefined} */
  let more;
  const show = (/** @type {Decision} */ decision) => {
    more?.close();
    more = new More(speech, {
      ask: (after, signal) =>
        api.get(`/files/${file.importId}/plan`, { decision, size: SIZE, startingAfter: after }, signal),
      draw: (items) => [rowsList(speech, decision, items)],
      none: text('plan_rows_none'),
    });
    fill(rows, more.element);
    void more.begin();
  };
  const chips = make(
    'fieldset',
    { class: 'chips' },
    make('legend', { class: 'unseen' }, text('decision')),
    told.map((decision, index) =>
      make(
        'label',
        { class: `chip ${decision}` },
        make('input', { type: 'radio', name: 'decision', value: decision, checked: index === 0, onchange: () => show(decision) }),
        make('span', {}, speech.page.text(`decision_${decision}`), ' ', make('b', {}, speech.number(file.counts?.[decision] ?? 0))),
      ),
    ),
  );
  if (told[0]) show(told[0]);
  return {
    element: make('div', { class: 'parts' }, make('p', { class: 'faint' }, text('plan_what')), chips, rows),
    close: () => more?.close(),
  };
}

/** @param {Speech} speech @param {Decision} decision @param {Row[]} items */
function rowsList(speech, decision, items) {
  const { text } = speech;
  const name = speech.page.text(`decision_${decision}`);
  return make(
    'ul',
    { class: 'entries', 'aria-label': text('plan_rows', { name }) },
    items.map((row) =>
      make(
        'li',
        { class: 'entry' },
        make(
          'p',
          { class: 'entry-head' },
          row.externalSystemId ? link(orderPath(row.externalSystemId), row.externalSystemId, 'key') : text('no_key'),
          make('span', { class: 'faint' }, [row.row ? text('row_n', { n: row.row }) : '', row.plenigoOfferId ?? ''].filter(Boolean).join(' · ')),
        ),
        row.findings.filter((finding) => finding.severity === 'error').map((finding) => make('p', { class: 'why' }, speech.of(finding.message))),
        decision !== 'create' && row.changes.length > 0 && changesTable(speech, row.changes),
        decision === 'create' && make('p', { class: 'faint' }, createdText(speech, row)),
      ),
    ),
  );
}

/** What is given for a new order, in one line. @param {Speech} speech @param {Row} row */
function createdText(speech, row) {
  return row.changes
    .filter(({ field }) => field !== 'externalSystemId' && field !== 'plenigoOfferId')
    .map((change) => `${change.field}: ${valueText(speech, change.new)}`)
    .join(', ');
}
