// What can be taken along? Everything is made on demand, here, and goes straight to the disk.

import { make, fill, say } from '../dom/make.js';
import { icon } from '../dom/icon.js';
import { named, save } from './save.js';
import { templateButtons } from './template.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {import('../check/files.js').Verdict} Verdict */
/** @typedef {import('../check/files.js').ExportKind} ExportKind */
/** @typedef {{ kind: ExportKind, title: string, what: string, name: string, none?: string | false }} Offer */

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Verdict} verdict
 */
export function downloadsView(context, file, verdict) {
  const { text } = context.speech;
  const ending = file.name.match(/\.(csv|tsv|txt|ndjson|jsonl|json)$/i)?.[0] ?? '.csv';
  /** @type {Offer[]} */
  const offers = [
    {
      kind: 'corrections',
      title: text('corrections'),
      what: text('corrections_what'),
      name: named(file.name, `.corrections${ending}`),
      none: verdict.rejected === 0 && text('corrections_none'),
    },
    { kind: 'page', title: text('page'), what: text('page_what'), name: named(file.name, '.report.html') },
    { kind: 'plan', title: text('plan_file'), what: text('plan_file_what'), name: `${file.name}.plan.json` },
    { kind: 'report', title: text('report'), what: text('report_what'), name: named(file.name, '.report.json') },
  ];
  /** @type {AbortController[]} */
  const running = [];
  return {
    element: make(
      'ul',
      { class: 'downloads' },
      offers.map((offer) => offerItem(context, file, offer, running)),
      make(
        'li',
        {},
        make('div', {}, make('h3', {}, text('template_again')), make('p', {}, text('template_what'))),
        templateButtons(context),
      ),
    ),
    close() {
      for (const controller of running) controller.abort();
    },
  };
}

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Offer} offer
 * @param {AbortController[]} running
 */
function offerItem(context, file, offer, running) {
  const { speech } = context;
  const { text } = speech;
  const state = make('p', { class: 'state', role: 'status' });
  const button = make(
    'button',
    { type: 'button', class: 'plain', 'aria-label': `${text('download')}: ${offer.title}`, disabled: Boolean(offer.none) },
    icon('drop'),
    text('download'),
  );
  const cancel = make('button', { type: 'button', class: 'quiet', hidden: true }, text('cancel'));
  button.addEventListener('click', async () => {
    const controller = new AbortController();
    running.push(controller);
    cancel.onclick = () => controller.abort();
    button.disabled = true;
    cancel.hidden = false;
    say(state, text('making'));
    try {
      const options = { language: speech.language };
      const blob = await file.export(offer.kind, options, {
        signal: controller.signal,
        progress({ bytes, total }) {
          say(state, text('making_percent', { percent: speech.percent(total > 0 ? bytes / total : 1) }));
        },
      });
      save(blob, offer.name);
      say(state, text('made', { name: offer.name, size: speech.size(blob.size) }));
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      say(state, controller.signal.aborted ? '' : text('not_made', { reason: message }));
    }
    button.disabled = false;
    cancel.hidden = true;
  });
  const item = make('li', {});
  fill(
    item,
    make('div', {}, make('h3', {}, offer.title), make('p', {}, offer.none || offer.what), state),
    make('div', { class: 'buttons' }, cancel, button),
  );
  return item;
}
