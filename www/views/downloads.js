// What can be taken along? Everything is made on demand, here, and goes straight to the disk.

import { make, fill, say } from '../dom/make.js';
import { icon } from '../dom/icon.js';
import { printablePage } from './printable.js';
import { named, save } from './save.js';
import { templateButtons } from './template.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {import('../check/files.js').Verdict} Verdict */
/** @typedef {import('../check/files.js').ExportKind} ExportKind */
/** @typedef {import('../check/worker_client.js').Watch} Watch */
/** @typedef {{ title: string, what: string, name: string, none?: string | false, make: (watch: Watch) => Promise<Blob> }} Offer */

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Verdict} verdict
 */
export function downloadsView(context, file, verdict) {
  const { text } = context.speech;
  const ending = file.name.match(/\.(csv|tsv|txt|ndjson|jsonl|json)$/i)?.[0] ?? '.csv';
  /** @param {ExportKind} kind @returns {Offer['make']} */
  const exported = (kind) => (watch) => file.export(kind, { language: context.speech.language }, watch);
  /** @type {Offer[]} */
  const offers = [
    {
      title: text('corrections'),
      what: text('corrections_what'),
      name: named(file.name, `.corrections${ending}`),
      none: verdict.rejected === 0 && text('corrections_none'),
      make: exported('corrections'),
    },
    {
      title: text('page'),
      what: text('page_what'),
      name: named(file.name, '.report.html'),
      make: (watch) => printablePage(context, file, verdict, watch),
    },
    {
      title: text('plan_file'),
      what: text('plan_file_what'),
      name: `${file.name}.plan.json`,
      make: exported('plan'),
    },
    {
      title: text('report'),
      what: text('report_what'),
      name: named(file.name, '.report.json'),
      make: exported('report'),
    },
  ];
  /** @type {AbortController[]} */
  const running = [];
  return {
    element: make(
      'ul',
      { class: 'downloads' },
      offers.map((offer) => offerItem(context, offer, running)),
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
 * @param {Offer} offer
 * @param {AbortController[]} running
 */
function offerItem(context, offer, running) {
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
      const blob = await offer.make({
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
