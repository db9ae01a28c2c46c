// What can be mended here, and how does the mended file leave?
// It is saved and at once checked like any other, so that what is left to be said of it is seen.

import { make, say } from '../dom/make.js';
import { fixesOf } from '../check/mending.js';
import { named, save } from './save.js';

/** @typedef {import('./context.js').Context} Context */
/** @typedef {import('../check/files.js').CheckedFile} CheckedFile */
/** @typedef {import('../check/files.js').Verdict} Verdict */
/** @typedef {import('../check/files.js').FindingItem} FindingItem */

/**
 * Can cells of this file be mended? JSON is written by programs; what is wrong there is wrong in them.
 *
 * @param {Verdict | undefined} verdict
 */
export function isMendable(verdict) {
  return verdict !== undefined && verdict.columns.length > 0;
}

/** @param {Verdict} verdict */
function isWorkbook({ file }) {
  return file.format === 'xlsx' || file.format === 'ods';
}

/**
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Verdict} verdict
 */
export function mendingView(context, file, verdict) {
  const { speech } = context;
  const { text } = speech;
  const { mending } = file;
  const { safe, likely } = fixesOf(verdict);
  const all = make('input', { type: 'checkbox', onchange: () => mending.takeAll(all.checked) });
  const confirmed = make('p', { class: 'state', role: 'status' });
  const state = make('p', { class: 'state', role: 'status' });
  const button = make('button', { type: 'button', class: 'strong', onclick: () => take() }, text('fix_make'));
  const take = async () => {
    button.disabled = true;
    say(state, text('making'));
    try {
      const name = mendedName(file.name);
      const blob = await file.export('fixed', { mending: mending.core });
      save(blob, name);
      context.announce(text('fix_made', { name }));
      context.files.add([new File([blob], name, { type: blob.type })]);
    } catch (error) {
      say(state, text('not_made', { reason: /** @type {Error} */ (error).message }));
      look();
    }
  };
  const look = () => {
    all.checked = mending.all;
    button.disabled = !mending.some;
    say(confirmed, mending.edits.size > 0 ? text('fix_confirmed', { n: mending.edits.size }) : '');
  };
  mending.addEventListener('change', look);
  look();
  return {
    element: make(
      'section',
      { class: 'mending' },
      make('h3', {}, text('fix_title')),
      safe > 0 && make('label', { class: 'tick' }, all, make('span', {}, text('fix_take_all', { n: safe }))),
      likely > 0 && make('p', {}, text('fix_likely', { n: likely })),
      safe + likely === 0 && make('p', {}, text('fix_by_hand')),
      confirmed,
      isWorkbook(verdict) && make('p', {}, text('fix_leaves_as_csv', { name: mendedName(file.name) })),
      make('div', { class: 'buttons' }, button, make('span', { class: 'soft' }, text('fix_rest_stays'))),
      state,
    ),
    close: () => mending.removeEventListener('change', look),
  };
}

/**
 * Takes all fixes of a group that are certain.
 *
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {Verdict['groups'][number]} group
 */
export function groupFixes({ speech }, file, group) {
  const { code, field, fixes } = group;
  if (field === null || fixes.safe + fixes.likely === 0 || !isMendable(file.verdict)) return undefined;
  const { mending } = file;
  const box = make('input', { type: 'checkbox', onchange: () => mending.takeKind(code, field, box.checked) });
  const look = () => {
    box.checked = mending.takes(code, field);
    box.disabled = mending.all;
  };
  mending.addEventListener('change', look);
  look();
  return make(
    'div',
    { class: 'group-fixes' },
    fixes.safe > 0 &&
      make('label', { class: 'tick' }, box, make('span', {}, speech.text('fix_take_kind', { n: fixes.safe }))),
    fixes.likely > 0 && make('p', {}, speech.text('fix_likely', { n: fixes.likely })),
  );
}

/**
 * Before and after of one finding; what is only likely is taken by a press.
 *
 * @param {Context} context
 * @param {CheckedFile} file
 * @param {FindingItem} item
 */
export function fixOf({ speech }, file, item) {
  const { text } = speech;
  const { fix, row, column } = item;
  if (!fix || row === null || column === null) return undefined;
  const { mending } = file;
  const mendable = isMendable(file.verdict);
  const button = make('button', { type: 'button', class: 'plain' });
  const look = () => {
    const taken = mending.ofRow(row).some((edit) => edit.column === column && edit.text === fix.value);
    button.setAttribute('aria-pressed', String(taken));
    say(button, text(taken ? 'fix_undo' : 'fix_confirm'));
    button.onclick = () => {
      if (taken) mending.drop(row, column);
      else mending.edit({ row, column, text: fix.value });
      look();
    };
  };
  look();
  const shown = (/** @type {string} */ value) =>
    value === '' ? make('span', { class: 'empty' }, text('empty_value')) : make('code', { class: 'value' }, value);
  return make(
    'div',
    { class: 'fix' },
    make(
      'dl',
      {},
      make('div', {}, make('dt', {}, text('fix_before')), make('dd', {}, shown(item.value ?? ''))),
      make(
        'div',
        {},
        make('dt', {}, text(fix.safe ? 'fix_after_certain' : 'fix_after_likely')),
        make('dd', {}, shown(fix.value)),
      ),
    ),
    !fix.safe && mendable && button,
  );
}

/**
 * What leaves is a text, whatever the file was packed in.
 *
 * @param {string} name
 */
export function mendedName(name) {
  const bare = name.replace(/\.(gz|zst|zip|xlsx|xlsm|ods)$/i, '');
  const ending = bare.match(/\.(csv|tsv|txt)$/i)?.[0] ?? '.csv';
  return named(bare, `.fixed${ending}`);
}
