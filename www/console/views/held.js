// Which plans has the brake held, and what does it say of each?

import { make } from '../../dom/make.js';
import { ago, link, redraw, viewHead } from '../parts.js';
import { actionsOf, brakeSays, willHappen } from '../plan.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../shapes.js').FileShape} FileShape */

/** @param {Context} context @returns {import('../context.js').View} */
export function heldView(context) {
  const { text } = context.speech;
  const list = make('div', { class: 'parts' });
  const element = make('div', { class: 'parts' }, viewHead(text('held_title')), make('p', { class: 'faint' }, text('held_what')), list);
  let shown = '';
  return {
    title: text('held_title'),
    element,
    changed({ held }) {
      // What is being read is drawn anew only where it changed.
      const now = JSON.stringify(held);
      if (now === shown) return;
      shown = now;
      redraw(list, held.length === 0 ? make('p', { class: 'faint' }, text('held_none')) : held.map((file) => heldCard(context, element, file)));
    },
  };
}

/** @param {Context} context @param {HTMLElement} near @param {FileShape} file */
function heldCard(context, near, file) {
  const { speech } = context;
  const { text } = speech;
  return make(
    'article',
    { class: 'card held-card' },
    make('h3', {}, link(`/files/${file.importId}`, file.file)),
    make('p', { class: 'faint' }, file.partner, ' · ', text('import_n', { id: file.importId }), ' · ', ago(speech, file.claimed)),
    make('p', { class: 'held' }, brakeSays(speech, file.reason ?? '')),
    willHappen(speech, file.counts),
    make(
      'div',
      { class: 'buttons' },
      link(`/files/${file.importId}`, text('look_at_plan'), 'button plain'),
      ...actionsOf(context, near, file),
    ),
  );
}
