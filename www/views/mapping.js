// Which field do the headers mean that nobody knows?
// What the reader confirms holds for this check, and goes into the profile that can be taken along.

import { make, fill, freshId } from '../dom/make.js';
import { save } from './save.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {import('../check/files.js').Verdict} Verdict */

/** Says of a header that its column is left out on purpose. */
const IGNORE = 'ignore';

/**
 * A form for the headers without a meaning; nothing where there is none and none was given one here.
 *
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Verdict} verdict
 */
export function mappingView(context, file, verdict) {
  const { files, speech } = context;
  const { text } = speech;
  const { mapping = {} } = files.basis;
  const own = new Set(['intake: Hinweis', 'intake: note']);
  const unknown = verdict.columns.filter(
    ({ field, header }) => field === null && header !== '' && !own.has(header) && mapping[header] !== IGNORE,
  );
  const agreed = Object.keys(mapping).length > 0;
  if (unknown.length === 0 && !agreed) return undefined;
  const proposed = unknown.some((column) => column.proposed !== null);
  const trouble = make('p', { class: 'trouble', role: 'alert', hidden: true });
  const body = make('div', { class: 'mapping-fields' });
  const element = make(
    'details',
    { class: 'mapping', open: proposed },
    make('summary', {}, unknown.length > 0 ? text('mapping_title', { n: unknown.length }) : text('mapping_agreed')),
    make('p', {}, text('mapping_what')),
    body,
    trouble,
    agreed &&
      make(
        'div',
        { class: 'buttons' },
        make('button', { type: 'button', class: 'plain', onclick: () => saveProfile(file) }, text('mapping_save')),
        make('button', { type: 'button', class: 'quiet', onclick: () => found({}) }, text('mapping_undo')),
      ),
  );
  /** @param {Record<string, string>} pairs */
  const found = async (pairs) => {
    const { mapping: _, ...rest } = files.basis;
    try {
      await files.found(Object.keys(pairs).length > 0 ? { ...rest, mapping: pairs } : rest);
    } catch (error) {
      trouble.hidden = false;
      fill(trouble, text('basis_wrong', { reason: /** @type {Error} */ (error).message }));
    }
  };
  if (unknown.length > 0) {
    const known = new Set(verdict.columns.map((column) => column.field));
    files.fields().then((fields) => {
      const free = fields.filter(({ name, table }) => table !== 'offers' && name !== 'customerId' && !known.has(name));
      fill(body, form(context, unknown, [...new Set(free.map((field) => field.name))], mapping, found));
    });
  }
  return element;
}

/**
 * @param {Context} context
 * @param {Verdict['columns']} unknown
 * @param {string[]} free fields that no column has yet
 * @param {Record<string, string>} mapping
 * @param {(pairs: Record<string, string>) => void} found
 */
function form({ speech }, unknown, free, mapping, found) {
  const { text } = speech;
  const rows = unknown.map(({ header, letter, proposed }) => {
    const id = freshId('mapping');
    const select = make(
      'select',
      { id },
      make('option', { value: '' }, text('mapping_none')),
      make('option', { value: IGNORE }, text('mapping_ignore')),
      free.map((name) => make('option', { value: name }, name)),
    );
    select.value = proposed !== null && free.includes(proposed) ? proposed : '';
    return { header, letter, id, select };
  });
  return make(
    'form',
    {
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        const given = rows.flatMap(({ header, select }) => (select.value === '' ? [] : [[header, select.value]]));
        found({ ...mapping, ...Object.fromEntries(given) });
      },
    },
    rows.map(({ header, letter, id, select }) =>
      make(
        'div',
        { class: 'field' },
        make(
          'label',
          { for: id },
          make('span', { class: 'letter' }, letter),
          ' ',
          make('span', { class: 'header' }, header),
        ),
        select,
      ),
    ),
    make('div', { class: 'buttons' }, make('button', { type: 'submit', class: 'strong' }, text('mapping_apply'))),
  );
}

/** @param {CheckedFile} file */
async function saveProfile(file) {
  const profile = await file.profile();
  save(new Blob([profile], { type: 'application/json' }), 'profile.json');
}
