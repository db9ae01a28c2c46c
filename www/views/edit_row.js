// How is a cell of a row changed by hand, and is the row right then?
// The core reads the row as it would be written; what it says is said at once. Kept is what the reader wants to keep.

import { make, fill, freshId } from '../dom/make.js';
import { severityBadge } from './severity.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {import('../check/files.js').FindingItem} FindingItem */
/** @typedef {import('../check/files.js').RecordText} RecordText */

/**
 * A form for one row; nothing where its form is broken or it has no columns.
 *
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {RecordText} record
 * @param {Pick<FindingItem, 'column' | 'fix'>} item
 */
export function editRow(context, file, record, item) {
  const { text } = context.speech;
  const cells = record.cells.filter((cell) => cell.column !== null);
  if (cells.length === 0) return undefined;
  const { row } = record;
  const { mending } = file;
  const kept = (/** @type {number} */ column) => mending.ofRow(row).find((edit) => edit.column === column)?.text;
  const textOf = (/** @type {number} */ column) =>
    kept(column) ?? cells.find((cell) => cell.column === column)?.text ?? '';
  const names = new Map(cells.map((cell) => [Number(cell.column), `${cell.letter ?? ''} ${cell.header ?? ''}`.trim()]));
  const [columnId, textId] = [freshId('edit'), freshId('edit')];
  const select = make(
    'select',
    { id: columnId, onchange: () => (input.value = textOf(Number(select.value))) },
    [...names].map(([column, name]) => make('option', { value: String(column) }, name)),
  );
  select.value = String(item.column ?? cells[0].column);
  const input = make('input', { id: textId, type: 'text', autocomplete: 'off', spellcheck: 'false' });
  input.value = textOf(Number(select.value));
  const told = make('div', { class: 'told', role: 'status' });
  const list = make('ul', { class: 'edits' });

  const tell = async () => {
    const edits = mending.ofRow(row);
    if (edits.length === 0) return fill(told);
    const attempt = await file.attempt(row, edits);
    const wrong = attempt?.findings.filter((finding) => finding.severity === 'error') ?? [];
    fill(
      told,
      wrong.length === 0
        ? make('p', { class: 'note-line' }, text('edit_good'))
        : wrong.map((finding) =>
            make('p', { class: 'finding' }, severityBadge(context.speech, finding.severity), ' ', context.speech.of(finding.what)),
          ),
    );
  };
  const listEdits = () => {
    fill(
      list,
      mending.ofRow(row).map((edit) =>
        make(
          'li',
          {},
          make('span', {}, `${names.get(edit.column) ?? ''}: `, make('code', { class: 'value' }, edit.text)),
          make(
            'button',
            {
              type: 'button',
              class: 'quiet',
              'aria-label': `${text('edit_drop')}: ${names.get(edit.column) ?? ''}`,
              onclick: () => {
                mending.drop(row, edit.column);
                input.value = textOf(Number(select.value));
                listEdits();
                input.focus();
                tell();
              },
            },
            text('edit_drop'),
          ),
        ),
      ),
    );
  };
  const form = make(
    'form',
    {
      class: 'edit',
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        mending.edit({ row, column: Number(select.value), text: input.value });
        listEdits();
        tell();
      },
    },
    make('h5', {}, text('edit_title')),
    make('div', { class: 'field' }, make('label', { for: columnId }, text('edit_column')), select),
    make('div', { class: 'field' }, make('label', { for: textId }, text('edit_text')), input),
    make('div', { class: 'buttons' }, make('button', { type: 'submit', class: 'plain' }, text('edit_keep'))),
    told,
    list,
  );
  listEdits();
  if (mending.ofRow(row).length > 0) tell();
  return form;
}
