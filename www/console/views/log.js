// What was decided for each row, and why?
// The filters stand in the address, so that a look at the log can be kept and handed on.

import { make, say } from '../../dom/make.js';
import { entriesList } from '../entries.js';
import { labelled, select, viewHead } from '../parts.js';
import { More } from '../more.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../shapes.js').Entry} Entry */

const SIZE = 50;

/** @param {Context} context @param {import('../context.js').Place} place @returns {import('../context.js').View} */
export function logView(context, { query }) {
  const { speech, api, session } = context;
  const { text } = speech;
  const given = (/** @type {string} */ name) => query.get(name) ?? '';
  const input = (/** @type {string} */ name, /** @type {string} */ type = 'text') =>
    make('input', { name, type, value: type === 'datetime-local' ? localTime(given(name)) : given(name), autocomplete: 'off', spellcheck: 'false' });
  const partners = [...new Set([...session.partners, given('partner')].filter(Boolean))];
  const fields = [
    labelled(text('external_id'), input('externalSystemId')),
    labelled(text('offer'), input('plenigoOfferId')),
    labelled(
      text('partner'),
      select([{ value: '', title: text('all') }, ...partners.map((name) => ({ value: name, title: name }))], given('partner'), 'partner'),
    ),
    labelled(text('file_exact'), input('file')),
    labelled(text('import_id'), input('importId'), 'short'),
    labelled(
      text('outcome'),
      select(
        [
          { value: '', title: text('all') },
          { value: 'false', title: text('only_failed') },
          { value: 'true', title: text('only_taken') },
        ],
        given('success'),
        'success',
      ),
    ),
    labelled(text('since'), input('startTime', 'datetime-local')),
    labelled(text('until'), input('endTime', 'datetime-local')),
  ];
  const form = make(
    'form',
    { class: 'filters', role: 'search', 'aria-label': text('log_title') },
    fields,
    make(
      'div',
      { class: 'buttons' },
      make('button', { type: 'submit', class: 'strong' }, text('search')),
      make('button', { type: 'button', class: 'quiet', onclick: () => context.go('/log') }, text('clear')),
    ),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const wanted = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      const trimmed = String(value).trim();
      if (trimmed) wanted.set(name, name.endsWith('Time') ? new Date(trimmed).toISOString() : trimmed);
    }
    const path = `/log${wanted.size > 0 ? `?${wanted}` : ''}`;
    if (location.hash === `#${path}`) void more.begin();
    else context.go(path);
  });
  const found = make('p', { class: 'unseen', role: 'status' });
  /** @type {More<Entry>} */
  const more = new More(speech, {
    ask: (after, signal) => api.get('/log', { ...Object.fromEntries(query), size: SIZE, startingAfter: after }, signal),
    draw: (entries) => {
      say(found, text('log_shown', { n: entries.length }));
      return [entriesList(speech, entries, text('log_title'))];
    },
    none: text('log_none'),
    incomplete: text('log_more'),
  });
  void more.begin();
  let entriesThen = -1;
  return {
    title: text('log_title'),
    element: make(
      'div',
      { class: 'parts' },
      viewHead(text('log_title')),
      make('p', { class: 'faint' }, text('log_what')),
      form,
      found,
      more.element,
    ),
    changed({ logEntries }) {
      if (entriesThen !== -1 && entriesThen !== logEntries) void more.again();
      entriesThen = logEntries;
    },
    close: () => more.close(),
  };
}

/** A moment as its field wants it: on the wall of the reader, to the minute. @param {string} moment */
function localTime(moment) {
  const time = new Date(moment);
  if (Number.isNaN(time.getTime())) return '';
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
