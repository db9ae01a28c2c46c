// Which findings are to be shown? By severity, by column, by text.

import { make, freshId } from '../dom/make.js';
import { SEVERITIES } from './severity.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').Verdict} Verdict */
/** @typedef {import('../check/files.js').FindingsQuery} FindingsQuery */

/** A search begins when the typing has paused. */
const PAUSE_MS = 250;

/**
 * @param {Context} context
 * @param {Verdict} verdict
 * @param {FindingsQuery} query what is chosen at first
 * @param {(query: FindingsQuery) => void} changed
 */
export function findingFilters({ speech }, verdict, query, changed) {
  const { text } = speech;
  const severity = select(
    text('filter_all'),
    SEVERITIES.map((name) => ({ value: name, title: text(name) })),
    query.severity ?? '',
  );
  const withFindings = new Set(verdict.groups.map((group) => group.column));
  const column = select(
    text('filter_all'),
    verdict.columns
      .filter((one) => withFindings.has(one.column))
      .map((one) => ({ value: String(one.column), title: `${one.letter} · ${one.header}` })),
    query.column ? String(query.column) : '',
  );
  const words = searchField(text('filter_text'), () => tell());
  const clear = make('button', { type: 'button', class: 'quiet', hidden: !query.severity }, text('filter_clear'));
  const tell = () => {
    clear.hidden = !severity.value && !column.value && !words.input.value;
    changed({
      ...(severity.value ? { severity: /** @type {FindingsQuery['severity']} */ (severity.value) } : {}),
      ...(column.value ? { column: Number(column.value) } : {}),
      ...(words.input.value.trim() ? { text: words.input.value.trim() } : {}),
    });
  };
  severity.addEventListener('change', tell);
  column.addEventListener('change', tell);
  clear.addEventListener('click', () => {
    severity.value = '';
    column.value = '';
    words.input.value = '';
    words.input.focus();
    tell();
  });
  return make(
    'div',
    { class: 'filters', role: 'search' },
    labelled(text('filter_severity'), severity),
    labelled(text('filter_column'), column),
    words.element,
    clear,
  );
}

/**
 * A field that tells of what was typed after a pause.
 *
 * @param {string} title
 * @param {() => void} typed
 */
export function searchField(title, typed) {
  const input = make('input', { type: 'search', autocomplete: 'off', spellcheck: 'false' });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pause;
  input.addEventListener('input', () => {
    clearTimeout(pause);
    pause = setTimeout(typed, PAUSE_MS);
  });
  const element = labelled(title, input);
  element.classList.add('wide');
  return { input, element };
}

/**
 * A field under its name.
 *
 * @param {string} title
 * @param {HTMLElement} field
 */
function labelled(title, field) {
  field.id = freshId('filter');
  return make('div', { class: 'filter' }, make('label', { for: field.id }, title), field);
}

/**
 * @param {string} all
 * @param {{ value: string, title: string }[]} choices
 * @param {string} chosen
 */
function select(all, choices, chosen) {
  return make(
    'select',
    {},
    make('option', { value: '' }, all),
    choices.map(({ value, title }) => make('option', { value, selected: value === chosen }, title)),
  );
}
