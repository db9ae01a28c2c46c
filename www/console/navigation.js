// How does one get from view to view, and what waits behind each?

import { make, say } from '../dom/make.js';
import { link, labelled, orderPath } from './parts.js';

/** @typedef {import('./context.js').Context} Context */

/** @type {[string, import('./words.js').TextKey, ((overview: import('./shapes.js').Overview) => number)?][]} */
const VIEWS = [
  ['overview', 'nav_overview'],
  ['files', 'nav_files'],
  ['held', 'nav_held', (overview) => overview.held.length],
  ['log', 'nav_log'],
  ['outbox', 'nav_outbox', (overview) => overview.outbox.parked],
  ['offers', 'nav_offers'],
];

/**
 * @param {Context} context
 * @param {() => void} signOut
 */
export function navigation(context, signOut) {
  const { speech, session, go } = context;
  const { text } = speech;
  const items = VIEWS.map(([name, title, count]) => {
    const badge = make('span', { class: 'nav-count', hidden: true });
    const anchor = link(`/${name}`, [make('span', {}, text(title)), badge]);
    return { name, anchor, badge, count };
  });
  const field = make('input', { type: 'search', name: 'order', autocomplete: 'off', spellcheck: 'false', maxlength: 100 });
  const find = make('form', { class: 'find', role: 'search', 'aria-label': text('find_order') }, labelled(text('find_order'), field));
  find.addEventListener('submit', (event) => {
    event.preventDefault();
    const key = field.value.trim();
    if (key) go(orderPath(key));
  });
  const element = make(
    'div',
    { class: 'side-nav' },
    make('nav', { 'aria-label': text('views') }, make('ul', {}, items.map(({ anchor }) => make('li', {}, anchor)))),
    find,
    make(
      'div',
      { class: 'who' },
      make('p', {}, text('signed_in_as', { who: session.who })),
      !session.mayAct && make('p', {}, make('span', { class: 'badge', title: text('only_reads_what') }, text('only_reads'))),
      make('button', { type: 'button', class: 'quiet', onclick: signOut }, text('sign_out')),
      make('p', { class: 'faint' }, `Intake ${session.program}`),
    ),
  );
  return {
    element,
    /** Marks the view that is seen. @param {import('./context.js').Place} place */
    at({ path }) {
      for (const { name, anchor } of items) {
        if (name === (path[0] ?? 'overview')) anchor.setAttribute('aria-current', 'page');
        else anchor.removeAttribute('aria-current');
      }
    },
    /** @param {import('./shapes.js').Overview} overview */
    changed(overview) {
      for (const { badge, count } of items) {
        const number = count?.(overview) ?? 0;
        say(badge, speech.number(number));
        badge.hidden = number === 0;
      }
    },
  };
}
