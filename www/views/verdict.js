// Is the file right? One sentence, and the counts behind it.

import { make } from '../dom/make.js';
import { icon } from '../dom/icon.js';
import { DECISIONS, decisionName } from './severity.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../words/speech.js').Speech} Speech */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {import('../check/files.js').Verdict} Verdict */
/** @typedef {'good' | 'warning' | 'mixed' | 'bad'} Tone */

/** What took less was there at once. */
const SHOWN_SECONDS = 0.1;

/**
 * How well it went, as a word for the style.
 *
 * @param {Verdict} verdict
 * @returns {Tone}
 */
export function toneOf(verdict) {
  if (verdict.fileRejected || (verdict.rows > 0 && verdict.rejected === verdict.rows)) return 'bad';
  if (verdict.rejected > 0 || verdict.errors > 0) return 'mixed';
  return verdict.warnings > 0 || verdict.rows === 0 || verdict.plan.held ? 'warning' : 'good';
}

/**
 * @param {Speech} speech
 * @param {Verdict} verdict
 */
export function sentenceOf({ text }, verdict) {
  if (verdict.turnedDownBy) return text('verdict_turned_down', { n: verdict.turnedDownBy });
  if (verdict.fileRejected) return text('verdict_file');
  if (verdict.rows === 0) return text('verdict_empty');
  if (verdict.rejected === verdict.rows) return text('verdict_none', { n: verdict.rejected });
  if (verdict.rejected > 0) return text('verdict_some', { n: verdict.rejected, all: verdict.rows });
  return text(verdict.warnings > 0 ? 'verdict_warnings' : 'verdict_good', { n: verdict.rows });
}

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Verdict} verdict
 * @param {(goal: { tab: 'findings' | 'plan', severity?: string, decision?: string }) => void} go
 */
export function verdictView(context, file, verdict, go) {
  const { speech } = context;
  const tone = toneOf(verdict);
  const heading = make('h2', { tabindex: '-1' }, sentenceOf(speech, verdict));
  const element = make(
    'section',
    { class: `verdict ${tone}` },
    make(
      'div',
      { class: 'sentence' },
      make('span', { class: 'sign' }, icon(tone === 'good' ? 'good' : tone === 'bad' ? 'error' : 'warning')),
      make('div', {}, heading, held(speech, verdict), facts(speech, file, verdict)),
    ),
    make(
      'div',
      { class: 'tiles' },
      foundTiles(speech, verdict, go),
      // Of a file that is rejected as a whole nothing happens.
      !verdict.fileRejected && decidedTiles(speech, verdict, go),
    ),
  );
  return { element, heading };
}

/**
 * @param {Speech} speech
 * @param {Verdict} verdict
 */
function held(speech, verdict) {
  const reason = verdict.plan.held;
  return reason && make('p', { class: 'held' }, make('strong', {}, speech.text('verdict_held')), ' ', speech.of(reason));
}

/**
 * @param {Speech} speech
 * @param {CheckedFile} file
 * @param {Verdict} verdict
 */
function facts({ text, size, seconds, rate }, file, verdict) {
  const parts = [
    file.name,
    size(verdict.file.bytes),
    formatName({ text }, verdict.file),
    text('fact_rows', { n: verdict.rows }),
    verdict.empty > 0 && text('fact_empty', { n: verdict.empty }),
    file.seconds >= SHOWN_SECONDS && text('fact_time', { seconds: seconds(file.seconds) }),
    file.rate > 0 && verdict.rows >= 1000 && text('fact_speed', { rate: rate(file.rate) }),
  ];
  return make(
    'ul',
    { class: 'facts', 'aria-label': text('file_facts') },
    parts.filter((part) => part).map((part, place) => make('li', { class: place === 0 && 'name' }, part)),
  );
}

/**
 * @param {Pick<Speech, 'text'>} speech
 * @param {Verdict['file']} file
 */
function formatName({ text }, file) {
  if (!file.format) return '';
  const names = /** @type {const} */ ({ ',': 'comma', ';': 'semicolon', '\t': 'tab' });
  const name = names[/** @type {keyof typeof names} */ (file.delimiter ?? '')];
  return name ? text('csv_with', { delimiter: text(name) }) : file.format.toUpperCase();
}

/**
 * @param {Speech} speech
 * @param {Verdict} verdict
 * @param {Parameters<typeof verdictView>[3]} go
 */
function foundTiles(speech, verdict, go) {
  const tiles = /** @type {const} */ ([
    ['error', 'errors', verdict.errors],
    ['warning', 'warnings', verdict.warnings],
    ['note', 'notes', verdict.notes],
  ]);
  return group(
    speech.text('counts_found'),
    tiles.map(([severity, name, count]) =>
      tile(speech, severity, speech.text(name, { n: count }), count, () => go({ tab: 'findings', severity })),
    ),
  );
}

/**
 * @param {Speech} speech
 * @param {Verdict} verdict
 * @param {Parameters<typeof verdictView>[3]} go
 */
function decidedTiles(speech, verdict, go) {
  const { counts, exact } = verdict.plan;
  const always = ['create', 'reject'];
  const shown = DECISIONS.filter((decision) => counts[decision] > 0 || always.includes(decision));
  return group(
    speech.text('counts_decided'),
    shown.map((decision) =>
      tile(speech, `decision ${decision}`, decisionName(speech, decision, exact), counts[decision], () =>
        go({ tab: 'plan', decision }),
      ),
    ),
  );
}

/**
 * @param {string} title
 * @param {Node[]} tiles
 */
function group(title, tiles) {
  return make('div', { class: 'tile-group' }, make('h3', {}, title), make('div', { class: 'tile-row' }, tiles));
}

/**
 * @param {Speech} speech
 * @param {string} kind
 * @param {string} name
 * @param {number} count
 * @param {() => void} onclick
 */
function tile(speech, kind, name, count, onclick) {
  return make(
    'button',
    { type: 'button', class: `tile ${kind} ${count === 0 ? 'zero' : ''}`, disabled: count === 0, onclick },
    make('span', { class: 'number' }, speech.number(count)),
    make('span', { class: 'name' }, name),
  );
}
