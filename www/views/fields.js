// Which fields may a file have? The core's own table, to look things up in.

import { make, fill, freshId } from '../dom/make.js';
import { icon } from '../dom/icon.js';
import { searchField } from './filters.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').FieldInfo} FieldInfo */

const TABLES = /** @type {const} */ (['orders', 'customers']);

/** @param {Context} context */
export function fieldsButton(context) {
  const { text } = context.speech;
  const heading = freshId('fields');
  const body = make('div', { class: 'field-table', tabindex: '0', role: 'region', 'aria-labelledby': heading });
  const dialog = make('dialog', { class: 'large', 'aria-labelledby': heading });
  /** @type {FieldInfo[]} */
  let fields = [];
  const search = searchField(text('fields_search'), () => fill(body, tables(context, fields, search.input.value)));
  fill(
    dialog,
    make(
      'button',
      { type: 'button', class: 'quiet closer', 'aria-label': text('close'), onclick: () => dialog.close() },
      icon('close'),
    ),
    make('h2', { id: heading }, text('fields_title')),
    make('p', {}, text('fields_what')),
    make('div', { class: 'filters' }, search.element),
    body,
  );
  const onclick = async () => {
    dialog.showModal();
    fields = await context.files.fields();
    fill(body, tables(context, fields, search.input.value));
  };
  return [make('button', { type: 'button', class: 'plain', onclick }, text('fields')), dialog];
}

/**
 * @param {Context} context
 * @param {FieldInfo[]} fields
 * @param {string} words
 */
function tables({ speech }, fields, words) {
  const { text } = speech;
  const wanted = words.trim().toLowerCase();
  const fits = (/** @type {FieldInfo} */ field) =>
    [field.name, ...field.aliases, speech.of(field)].some((part) => part.toLowerCase().includes(wanted));
  const bodies = TABLES.flatMap((table) => {
    const rows = fields.filter((field) => field.table === table && field.name !== 'customerId' && fits(field));
    if (rows.length === 0) return [];
    return [
      make(
        'tbody',
        {},
        make('tr', { class: 'table-name' }, make('th', { colspan: '4', scope: 'rowgroup' }, text(`table_${table}`))),
        rows.map((field) => fieldRow(speech, field)),
      ),
    ];
  });
  if (bodies.length === 0) return make('p', { class: 'pick' }, text('fields_none'));
  const titles = [text('field_name'), text('field_what'), text('field_kind'), text('field_example')];
  return make(
    'table',
    {},
    make('thead', {}, make('tr', {}, titles.map((title) => make('th', { scope: 'col' }, title)))),
    bodies,
  );
}

/**
 * @param {import('../words/speech.js').Speech} speech
 * @param {FieldInfo} field
 */
function fieldRow(speech, field) {
  const { text } = speech;
  return make(
    'tr',
    {},
    make(
      'th',
      { scope: 'row' },
      make('code', {}, field.name),
      field.required && make('span', { class: 'required' }, text('field_required')),
    ),
    make(
      'td',
      {},
      speech.of(field),
      field.aliases.length > 0 &&
        make('small', {}, `${text('field_aliases')}: `, field.aliases.join(', ')),
    ),
    make('td', {}, speech.of(field.kind)),
    make('td', {}, make('code', {}, field.example)),
  );
}
