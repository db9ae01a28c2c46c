// Which files came, and how far is each?

import { make } from '../../dom/make.js';
import { searchField } from '../../views/filters.js';
import { ago, countBadges, labelled, link, progressOf, select, stateBadge, table, viewHead } from '../parts.js';
import { More } from '../more.js';

/** @typedef {import('../context.js').Context} Context */
/** @typedef {import('../shapes.js').FileShape} FileShape */

const SIZE = 50;
const STATES = /** @type {const} */ (['working', 'held', 'applied', 'rejected', 'discarded']);

/** @param {Context} context @param {import('../context.js').Place} place @returns {import('../context.js').View} */
export function filesView(context, { query }) {
  const { speech, api, session } = context;
  const { text } = speech;
  const partners = [...new Set([...session.partners, ...[query.get('partner') ?? ''].filter(Boolean)])];
  const partner = select(
    [{ value: '', title: text('all') }, ...partners.map((name) => ({ value: name, title: name }))],
    query.get('partner') ?? '',
    'partner',
  );
  const state = select(
    [{ value: '', title: text('all') }, ...STATES.map((name) => ({ value: name, title: text(`state_${name}`) }))],
    query.get('state') ?? '',
    'state',
  );
  const name = searchField(text('file_name'), () => void more.begin());
  name.input.value = query.get('file') ?? '';
  for (const field of [partner, state]) field.addEventListener('change', () => void more.begin());
  /** @type {More<FileShape>} */
  const more = new More(speech, {
    ask: (after, signal) =>
      api.get(
        '/files',
        { size: SIZE, startingAfter: after, partner: partner.value, state: state.value, file: name.input.value.trim() },
        signal,
      ),
    draw: (files) => [filesTable(speech, files)],
    none: text('files_none'),
    incomplete: text('log_more'),
  });
  void more.begin();
  return {
    title: text('files_title'),
    element: make(
      'div',
      { class: 'parts' },
      viewHead(text('files_title')),
      make('div', { class: 'filters', role: 'search' }, labelled(text('partner'), partner), labelled(text('state'), state), name.element),
      more.element,
    ),
    changed: () => void more.again(),
    close: () => more.close(),
  };
}

/** @param {import('../speech.js').Speech} speech @param {FileShape[]} files */
function filesTable(speech, files) {
  const { text } = speech;
  const { element, body, row } = table(text('files_title'), [
    { title: text('file'), kind: 'name' },
    { title: text('partner') },
    { title: text('came') },
    { title: text('state') },
    { title: text('records'), kind: 'number' },
    { title: text('decisions'), kind: 'wide' },
  ]);
  for (const file of files) {
    body.append(
      row([
        [
          link(`/files/${file.importId}`, file.way === 'request' ? text('import_n', { id: file.importId }) : file.file),
          make('small', {}, file.way === 'request' ? text('way_request') : file.importId),
        ],
        file.partner,
        ago(speech, file.claimed),
        [stateBadge(speech, file), progressOf(speech, file)],
        file.rows === null ? make('span', { class: 'faint' }, '–') : speech.number(file.rows),
        countBadges(speech, file.counts),
      ]),
    );
  }
  return element;
}
