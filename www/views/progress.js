// How far is the check, and how can it be stopped?

import { make, fill, say } from '../dom/make.js';
import { icon } from '../dom/icon.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('./context.js').View} View */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */

/** A screen reader hears of every quarter. */
const SAID_STEPS = 4;

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @returns {View}
 */
export function progressView(context, file) {
  const { speech } = context;
  const { text } = speech;
  const title = text(file.state === 'waiting' ? 'waiting_for' : 'checking', { name: file.name });
  const bar = make('progress', { max: '1', value: '0', 'aria-label': title });
  const percent = make('span', { class: 'percent' });
  const numbers = {
    rows: make('dd', {}),
    rate: make('dd', {}),
    errors: make('dd', {}),
    warnings: make('dd', {}),
  };
  let said = 0;
  const update = () => {
    const { progress } = file;
    const share = progress && progress.total > 0 ? progress.bytes / progress.total : 0;
    bar.value = share;
    say(percent, speech.percent(share));
    say(numbers.rows, speech.number(progress?.rows ?? 0));
    say(numbers.rate, file.rate > 0 ? speech.rate(file.rate) : '–');
    say(numbers.errors, speech.number(progress?.errors ?? 0));
    say(numbers.warnings, speech.number(progress?.warnings ?? 0));
    const step = Math.floor(share * SAID_STEPS);
    if (step > said && step < SAID_STEPS) {
      said = step;
      context.announce(text('said_progress', { percent: speech.percent(step / SAID_STEPS) }));
    }
  };
  update();
  /** @param {string} name @param {HTMLElement} value @param {string} [kind] */
  const measure = (name, value, kind) => make('div', { class: kind }, make('dt', {}, name), value);
  return {
    element: make(
      'section',
      { class: 'progress' },
      make('div', { class: 'progress-head' }, make('h2', { tabindex: '-1' }, title), percent),
      bar,
      make(
        'dl',
        {},
        measure(text('rows_so_far'), numbers.rows),
        measure(text('per_second'), numbers.rate),
        measure(text('errors_so_far'), numbers.errors),
        measure(text('warnings_so_far'), numbers.warnings),
      ),
      make('div', { class: 'buttons' }, make('button', { type: 'button', class: 'plain', onclick: () => file.cancel() }, text('cancel'))),
    ),
    update,
  };
}

/**
 * What stands where a check came to no end.
 *
 * @param {Context} context
 * @param {CheckedFile} file
 * @returns {View & { heading: HTMLElement }}
 */
export function noResultView({ speech, files }, file) {
  const { text } = speech;
  const failed = file.state === 'failed';
  const heading = make('h2', { tabindex: '-1' }, text(failed ? 'failed_title' : 'cancelled_title'));
  const element = make('section', { class: `verdict ${failed ? 'bad' : 'none'}` });
  fill(
    element,
    make(
      'div',
      { class: 'sentence' },
      make('span', { class: 'sign' }, icon(failed ? 'error' : 'close')),
      make(
        'div',
        {},
        heading,
        make('p', { class: 'facts' }, file.name),
        make('p', {}, failed ? file.reason : text('cancelled_what')),
        failed && make('p', {}, text('failed_todo')),
        make('div', { class: 'buttons' }, make('button', { type: 'button', class: 'plain', onclick: () => files.again(file) }, icon('again'), text('again'))),
      ),
    ),
  );
  return { element, heading };
}
